package io.sluice.client.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DelaysTest {
  private static final RateLimiterSettings SETTINGS = RateLimiterSettings.defaults();
  private static final Optional<Duration> SECOND = Optional.of(Duration.ofSeconds(1));

  @Test
  void delaysGrowUntilTheTriesAreUsedUp() {
    List<Long> delays =
        delays(SETTINGS.backpressure(Backpressure.DELAY), Duration.ofSeconds(30), SECOND);

    assertThat(delays).hasSize(9); // ten tries
    assertThat(delays).startsWith(100L, 150L, 225L, 337L).endsWith(2562L);
  }

  @Test
  void delaysEndBeforeTheyAreLongerTogetherThanTheWait() {
    List<Long> delays =
        delays(SETTINGS.backpressure(Backpressure.DELAY), Duration.ofMillis(480), SECOND);

    assertThat(delays).containsExactly(100L, 150L, 225L);
  }

  @Test
  void adaptiveDelaysAreAsLongAsTheServerSaid() {
    RateLimiterSettings adaptive = SETTINGS.backpressure(Backpressure.ADAPTIVE_DELAY);

    assertThat(delays(adaptive, Duration.ofMillis(2500), SECOND)).containsExactly(1000L, 1000L);
    assertThat(delays(adaptive, Duration.ofMillis(300), Optional.empty()))
        .as("where it said nothing, they grow")
        .containsExactly(100L, 150L);
  }

  @Test
  void settingsOutsideTheirBoundsAreRefused() {
    assertThatThrownBy(() -> SETTINGS.maxWait(Duration.ofMillis(-1)))
        .hasMessage("maxWait must be in [PT0S, PT24H] but was PT-0.001S");
    assertThatThrownBy(() -> SETTINGS.delays(Duration.ZERO, 1.5, 10))
        .hasMessageContaining("firstDelay must be in");
    assertThatThrownBy(() -> SETTINGS.delays(Duration.ofMillis(1), Double.NaN, 10))
        .hasMessageContaining("delayFactor must be in");
    assertThatThrownBy(() -> SETTINGS.delays(Duration.ofMillis(1), 1, 0))
        .hasMessageContaining("maxTries must be in");
    assertThatThrownBy(() -> SETTINGS.reservations(0, Duration.ofSeconds(1)))
        .hasMessageContaining("maxReservations must be in");
    assertThatThrownBy(() -> SETTINGS.reservations(1, Duration.ofDays(2)))
        .hasMessageContaining("reservationTtl must be in");
  }

  private static List<Long> delays(
      RateLimiterSettings settings, Duration maxWait, Optional<Duration> retryAfter) {
    Delays delays = new Delays(settings);
    List<Long> millis = new ArrayList<>();
    for (long nanos = delays.afterDenial(retryAfter, maxWait);
        nanos >= 0;
        nanos = delays.afterDenial(retryAfter, maxWait)) {
      millis.add(nanos / 1_000_000);
    }
    assertThat(delays.spentNanos()).isLessThanOrEqualTo(maxWait.toNanos());
    return millis;
  }
}
