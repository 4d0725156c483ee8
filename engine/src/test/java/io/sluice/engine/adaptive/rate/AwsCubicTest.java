package io.sluice.engine.adaptive.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.model.Outcome;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * The vectors that the AWS SDKs publish with their adaptive retry mode ({@code
 * adaptive_ratelimit_test.go} of aws-sdk-go-v2), to 12 digits.
 */
class AwsCubicTest {
  private static final Offset<Double> TO_12_DIGITS = within(1e-12);

  @Test
  void growsAsPublishedAfterARefusalAt5Seconds() {
    double[] rates = {
      7.0,
      9.64893600966,
      10.000030849917364,
      10.453284520772092,
      13.408697022224185,
      21.26626835427364,
      36.425998516920465
    };
    for (int i = 0; i < rates.length; i++) {
      assertThat(AwsCubic.success(10, i)).as("at %d s", 5 + i).isEqualTo(rates[i], TO_12_DIGITS);
    }
  }

  @Test
  void fallsAndGrowsAsPublishedWithRefusalsAt7And8Seconds() {
    double rate = AwsCubic.success(10, 1);
    assertThat(rate).isEqualTo(9.64893600966, TO_12_DIGITS);
    rate = AwsCubic.throttle(rate);
    assertThat(rate).isEqualTo(6.754255206761999, TO_12_DIGITS);
    rate = AwsCubic.throttle(rate);
    assertThat(rate).isEqualTo(4.727978644733399, TO_12_DIGITS);
    double[] rates = {4.670125557970046, 4.770870456867401, 6.011819748005445, 10.792973431384178};
    for (int i = 0; i < rates.length; i++) {
      assertThat(AwsCubic.success(rate, 1 + i))
          .as("at %d s", 9 + i)
          .isEqualTo(rates[i], TO_12_DIGITS);
    }
  }

  /** An answer each 200 ms, of which the tenth and the sixteenth are refusals. */
  @Test
  void measuresAndLimitsAsPublished() {
    double[][] measuredAndLimit = {
      {0, 0.5},
      {0, 0.5},
      {4.8, 0.5},
      {4.8, 0.5},
      {4.16, 0.5},
      {4.16, 0.6912},
      {4.16, 1.0976},
      {5.632, 1.6384},
      {5.632, 2.3328},
      {4.3264, 3.02848},
      {4.3264, 3.4866391734702598},
      {4.3264, 3.8218744160402554},
      {5.665280, 4.053385727709987},
      {5.665280, 4.200373108479455},
      {4.333056, 4.282036558348658},
      {4.333056, 2.99742559084406},
      {4.333056, 3.4522263943863463}
    };
    AwsCubic cubic = new AwsCubic(AwsCubicRules.upTo(1e9), new SplittableRandom(1), 0);
    for (int i = 0; i < measuredAndLimit.length; i++) {
      long now = (i + 1) * 200_000_000L;
      boolean refused = i == 9 || i == 15;
      cubic.ended(
          new Feedback(refused ? Outcome.THROTTLED : Outcome.SUCCESS, 1, now, -1, false), now);
      assertThat(cubic.measured()).as("row %d", i).isEqualTo(measuredAndLimit[i][0], TO_12_DIGITS);
      assertThat(cubic.fillRate()).as("row %d", i).isEqualTo(measuredAndLimit[i][1], TO_12_DIGITS);
      assertThat(cubic.permitsPerSecond(now))
          .as("row %d: nothing limits before the first refusal", i)
          .isEqualTo(i < 9 ? 1e9 : measuredAndLimit[i][1], TO_12_DIGITS);
    }
  }
}
