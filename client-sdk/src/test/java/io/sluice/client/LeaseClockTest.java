package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseClockTest {

  /** Moments in ms: sent, received, waited → the latest that is safe. */
  @ParameterizedTest
  @CsvSource({
    "0, 10,   0,    0", // answered at once
    "0, 5010, 5000, 5000", // waited in the queue
    "0, 5010, 6000, 5010", // a server whose clock runs fast
  })
  void grantIsReckonedFromAMomentSurelyNotLater(
      long sent, long received, long waited, long expected) {
    long base = Long.MAX_VALUE - millis(4000); // wraps

    assertThat(
            LeaseClock.grantedNanos(
                    base + millis(sent), base + millis(received), Duration.ofMillis(waited))
                - base)
        .isEqualTo(millis(expected));
  }

  @ParameterizedTest
  @CsvSource({"1000, 950", "2500, 2450", "30000, 29400", "86400000, 84672000"})
  void holderEndsEarlyByTwoPercentOrFiftyMillis(long ttl, long valid) {
    assertThat(LeaseClock.validUntilNanos(0, Duration.ofMillis(ttl))).isEqualTo(millis(valid));
  }

  @ParameterizedTest
  @CsvSource({"30000, 10000", "1000, 333", "100, 100"})
  void renewsAtAThirdButNotWithoutEnd(long ttl, long after) {
    assertThat(LeaseClock.renewAfterNanos(Duration.ofMillis(ttl)) / millis(1)).isEqualTo(after);
  }

  @Test
  void absurdDurationsAreCut() {
    assertThat(LeaseClock.nanos(Duration.ofSeconds(-1))).isZero();
    assertThat(LeaseClock.nanos(Duration.ofSeconds(Long.MAX_VALUE)))
        .isEqualTo(Duration.ofDays(366).toNanos());
  }

  @Test
  void backoffDoublesUpToASecondAndOnlyShortens() {
    long seed = 42;
    RetryPolicy policy = new RetryPolicy(4, new Random(seed));
    long[] full = {50, 100, 200, 400, 800, 1000, 1000};
    for (int round = 0; round < 1000; round++) {
      for (int failures = 1; failures <= full.length; failures++) {
        assertThat(policy.delayNanos(failures))
            .as("seed %d, failures %d", seed, failures)
            .isBetween(millis(full[failures - 1]) / 2, millis(full[failures - 1]));
      }
      assertThat(policy.jittered(millis(1000))).isBetween(millis(900), millis(1100));
    }
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
