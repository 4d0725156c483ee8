package io.sluice.engine.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TopKeysTest {
  @Test
  void heavyKeysAreThereWithinTheirErrorWhateverElseComes() {
    SplittableRandom random = new SplittableRandom(5);
    TopKeys keys = new TopKeys();
    Map<List<String>, Long> exact = new HashMap<>();
    int denials = 100_000;
    for (int i = 0; i < denials; i++) {
      // Two keys in three of ten denials each, the rest from a flood of ten thousand.
      int heavy = random.nextInt(10);
      List<String> key =
          List.of(heavy < 3 ? "a" : heavy < 6 ? "b" : "key" + random.nextInt(10_000));
      exact.merge(key, 1L, Long::sum);
      keys.denied("chat", key);
    }
    List<TopKeys.Denied> top = keys.snapshot();

    assertThat(top).hasSize(TopKeys.MAX_KEYS);
    assertThat(top.subList(0, 2)).extracting(d -> d.key().get(0)).containsOnly("a", "b");
    for (TopKeys.Denied denied : top) {
      long truth = exact.get(denied.key());
      assertThat(truth).isBetween(denied.count() - denied.error(), denied.count());
      assertThat(denied.error()).isLessThanOrEqualTo(denials / TopKeys.MAX_KEYS);
    }
    assertThat(top.stream().mapToLong(TopKeys.Denied::count).sum()).isEqualTo(denials);
  }

  @Test
  void fewKeysAreCountedExactlyAndThoseOfTwoLimitsApart() {
    TopKeys keys = new TopKeys();
    keys.denied("chat", List.of("a"));
    keys.denied("jobs", List.of("a"));
    keys.denied("jobs", List.of("a"));

    assertThat(keys.snapshot())
        .containsExactly(
            new TopKeys.Denied("jobs", List.of("a"), 2, 0),
            new TopKeys.Denied("chat", List.of("a"), 1, 0));
  }

  @Test
  void theLeastGivesItsPlaceAndItsCountAsTheError() {
    TopKeys keys = new TopKeys();
    for (int i = 0; i < TopKeys.MAX_KEYS; i++) {
      for (int times = 0; times <= i; times++) {
        keys.denied("chat", List.of("k" + i));
      }
    }
    keys.denied("chat", List.of("new"));

    assertThat(keys.snapshot())
        .contains(new TopKeys.Denied("chat", List.of("new"), 2, 1))
        .doesNotContain(new TopKeys.Denied("chat", List.of("k0"), 1, 0));
  }
}
