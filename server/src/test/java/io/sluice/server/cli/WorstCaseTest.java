package io.sluice.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.rate.CalendarUnit;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import java.time.ZoneId;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What {@code sluice check} says about the most that a limit lets through. */
class WorstCaseTest {
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final TokenScale NINETY = TokenScale.of(90, MINUTE, 10);

  @Test
  void ofBucketIsItsBurstAndWhatAccrues() {
    assertThat(of(new Policy.Rate(NINETY))).isEqualTo("a: at most 100 in any 1m (burst 10 + 90)");
    assertThat(of(new Policy.Rate(NINETY, true, CarryOver.AS_IS)))
        .isEqualTo("a: at most 110 in any 1m (burst 20 + 90)");
    assertThat(WorstCase.of(Limit.of("a", "a", new Policy.Rate(NINETY)).withHeadroomPermille(500)))
        .isEqualTo("a: at most 50 in any 1m (burst 5 + 45)");
  }

  @Test
  void ofWindowsSaysWhatHappensAcrossTheirEnd() {
    assertThat(of(new Policy.Window(7, new WindowRule.Sliding(90 * MINUTE))))
        .isEqualTo("a: at most 7 in any 90m");
    assertThat(of(new Policy.Window(7, new WindowRule.Fixed(1_500_000_000))))
        .isEqualTo("a: at most 7 in each 1500ms, 14 across its end");
    assertThat(
            of(
                new Policy.Window(
                    7, new WindowRule.Calendar(CalendarUnit.DAY, ZoneId.of("Europe/Berlin")))))
        .isEqualTo("a: at most 7 in each day, 14 across its end");
  }

  @Test
  void isNothingForWhatIsHeld() {
    assertThat(of(new Policy.Concurrency(3, LeaseTerms.DEFAULT))).isNull();
  }

  private static String of(Policy policy) {
    return WorstCase.of(Limit.of("a", "a", policy));
  }
}
