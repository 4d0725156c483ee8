package io.sluice.engine.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlotIndexTest {
  @Test
  void findsWhatMultimapFindsWithRandomHashes() {
    compare(1_000_000, new SplittableRandom(1), 3_000, 0x7FFF_FFFF);
  }

  @Test
  void findsWhatMultimapFindsWhenManyShareOneHash() {
    compare(300_000, new SplittableRandom(2), 400, 11);
  }

  @Test
  void findsWhatMultimapFindsWhenAllShareOneHash() {
    compare(100_000, new SplittableRandom(3), 50, 1);
  }

  private static void compare(int steps, SplittableRandom random, int slots, int hashes) {
    SlotIndex index = new SlotIndex(Math.max(2, Integer.highestOneBit(slots) * 2));
    Map<Integer, Set<Integer>> model = new HashMap<>();
    int[] hashOf = new int[slots];
    boolean[] used = new boolean[slots];
    int size = 0;
    for (int step = 0; step < steps; step++) {
      int slot = random.nextInt(slots);
      if (used[slot]) {
        index.remove(hashOf[slot], slot);
        model.get(hashOf[slot]).remove(slot);
        size--;
      } else {
        hashOf[slot] = random.nextInt(hashes) - hashes / 2;
        index.add(hashOf[slot], slot);
        model.computeIfAbsent(hashOf[slot], any -> new HashSet<>()).add(slot);
        size++;
      }
      used[slot] = !used[slot];
      int asked = hashOf[random.nextInt(slots)];
      assertThat(slots(index, asked, hashOf).equals(model.getOrDefault(asked, Set.of()))).isTrue();
      assertThat(index.size() == size).isTrue();
    }
  }

  private static Set<Integer> slots(SlotIndex index, int hash, int[] hashOf) {
    Set<Integer> slots = new HashSet<>();
    for (int slot = index.first(hash); slot >= 0; slot = index.next(slot)) {
      if (hashOf[slot] == hash) {
        assertThat(slots.add(slot)).as("each slot once").isTrue();
      }
    }
    return slots;
  }
}
