package io.sluice.engine.adaptive.concurrency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.model.InvalidArgumentException;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ConcurrencyRulesTest {
  @Test
  void refusesBoundsThatDoNotHoldEachOther() {
    refused(() -> new GradientProbeRules(1, 1, 0), "max must be in [1, 1000000] but was 0");
    refused(() -> new VegasRules(1, 0, 10), "min must be in [1, 10] but was 0");
    refused(() -> new GradientProbeRules(11, 1, 10), "initial must be in [1, 10] but was 11");
    refused(
        () -> new AimdRules(1, 1, 1_000_001, 0.9, 1_000_000),
        "max must be in [1, 1000000] but was 1000001");
    refused(
        () -> new AimdRules(1, 1, 10, Double.NaN, 1_000_000),
        "backoff must be in [0.5, 0.99] but was NaN");
    refused(
        () -> new AimdRules(1, 1, 10, 0.9, 999_999),
        "timeoutNanos must be in [1000000, 31622400000000000] but was 999999");
  }

  /** I-26: within the bounds, whatever is told. */
  @Test
  void limitsStayWithinTheirBoundsWhateverIsTold() {
    for (int seed = 0; seed < 150; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long origin = random.nextLong() >> 3;
      ConcurrencyRules rules = rules(seed % 3, random);
      ConcurrencyController controller = rules.controller(random.split(), origin);
      long now = origin;
      for (int i = 0; i < 3000; i++) {
        now += random.nextInt(4) == 0 ? (long) Math.exp(random.nextDouble(30)) : 0;
        switch (random.nextInt(20)) {
          case 0 -> controller.advance(now);
          case 1 -> {
            if (random.nextInt(20) == 0) {
              controller.adjust(Math.exp(random.nextDouble(-5, 5)), now);
            }
          }
          case 2 -> {
            if (random.nextInt(20) == 0) {
              rules = rules(seed % 3, random);
              controller.rules(rules, now);
            }
          }
          case 3 -> controller.restore(anything(random), now);
          case 4, 5, 6, 7, 8, 9, 10 -> controller.started(inFlight(controller, random), now);
          default -> {
            Ending ending = Ending.values()[random.nextInt(3)];
            long latency = (long) Math.exp(random.nextDouble(40)) - 1000;
            controller.ended(ending, now - latency, inFlight(controller, random), now);
          }
        }
        assertThat(controller.limit()).isBetween(rules.min(), rules.max());
        assertThat(controller.save().limit()).isBetween((double) rules.min(), (double) rules.max());
      }
    }
  }

  private static long inFlight(ConcurrencyController controller, SplittableRandom random) {
    return random.nextInt(3) == 0
        ? random.nextLong(1, 1L << 40)
        : Math.max(1, controller.limit() - random.nextInt(3));
  }

  private static SavedConcurrency anything(SplittableRandom random) {
    double[] odd = {
      Double.NaN, -1, 0, 1, 50, 1e9, 1e300, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };
    return new SavedConcurrency(
        odd[random.nextInt(odd.length)],
        odd[random.nextInt(odd.length)],
        odd[random.nextInt(odd.length)]);
  }

  private static ConcurrencyRules rules(int which, SplittableRandom random) {
    long min = random.nextBoolean() ? 1 : random.nextLong(1, 50);
    long max = min + (random.nextBoolean() ? random.nextLong(5) : random.nextLong(10_000));
    long initial = random.nextLong(min, max + 1);
    return switch (which) {
      case 0 -> new GradientProbeRules(initial, min, max);
      case 1 -> new VegasRules(initial, min, max);
      default -> new AimdRules(initial, min, max, 0.9, 5_000_000);
    };
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(InvalidArgumentException.class).hasMessage(message);
  }
}
