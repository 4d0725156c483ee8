package io.sluice.engine.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.model.LeaseId;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyedTableTest {
  private record Value(LeaseId id, int content) {}

  @Test
  void doesWhatMapDoesWithRandomKeys() {
    compare(1_000_000, new SplittableRandom(1), 5_000, Integer.MAX_VALUE);
  }

  @Test
  void doesWhatMapDoesWhenManyKeysHaveOneHash() {
    compare(1_000_000, new SplittableRandom(2), 600, 16);
  }

  @Test
  void doesWhatMapDoesWhenAllKeysHaveOneHash() {
    compare(200_000, new SplittableRandom(3), 60, 1);
  }

  /** Makes random calls of a table and of a map, with so many keys of so many hashes. */
  private static void compare(int steps, SplittableRandom random, int keys, int hashes) {
    KeyedTable<LeaseId, Value> table = new KeyedTable<>(Value::id);
    Map<LeaseId, Value> model = new HashMap<>();
    for (int step = 0; step < steps; step++) {
      int name = random.nextInt(keys);
      LeaseId key = new LeaseId(name, name * 31L % hashes);
      // Phases of growth and of decline, so that the table is often full and often empty.
      boolean growing = step / keys % 2 == 0;
      if (random.nextInt(4) < (growing ? 3 : 1)) {
        Value value = new Value(key, step);
        assertThat(table.put(value) == model.put(key, value)).isTrue();
      } else {
        assertThat(table.remove(key) == model.remove(key)).isTrue();
      }
      LeaseId other = new LeaseId(random.nextInt(keys), random.nextInt(64));
      assertThat(table.get(other) == model.get(other)).isTrue();
      assertThat(table.get(key) == model.get(key)).isTrue();
      assertThat(table.size() == model.size()).isTrue();
      if (step % 10_000 == 0) {
        assertThat(table.values()).containsExactlyInAnyOrderElementsOf(model.values());
      }
    }
    assertThat(table.values()).containsExactlyInAnyOrderElementsOf(model.values());
  }
}
