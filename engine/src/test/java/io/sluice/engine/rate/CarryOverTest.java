package io.sluice.engine.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a change of a running limit does to its tokens. */
class CarryOverTest {
  private static final long YEAR = Duration.ofDays(365).toNanos();
  private static final TokenScale TEN = scale(10);
  private static final TokenScale HUNDRED = scale(100);
  private static final TokenScale CLOSED = TokenScale.of(0, 1_000_000_000, 0);

  @Test
  void asIsKeepsTheTokens() {
    assertThat(raisedFrom(4, CarryOver.AS_IS)).isEqualTo(4);
    assertThat(loweredFrom(40, CarryOver.AS_IS)).isEqualTo(10);
    assertThat(loweredFrom(4, CarryOver.AS_IS)).isEqualTo(4);
    assertThat(loweredFrom(-40, CarryOver.AS_IS)).isEqualTo(-10);
  }

  @Test
  void proportionalKeepsTheShareOfTheBurst() {
    assertThat(raisedFrom(4, CarryOver.PROPORTIONAL)).isEqualTo(40);
    assertThat(loweredFrom(40, CarryOver.PROPORTIONAL)).isEqualTo(4);
    assertThat(loweredFrom(-40, CarryOver.PROPORTIONAL)).isEqualTo(-4);
  }

  @Test
  void additiveKeepsWhatWasTaken() {
    assertThat(raisedFrom(4, CarryOver.ADDITIVE)).isEqualTo(94);
    assertThat(loweredFrom(94, CarryOver.ADDITIVE)).isEqualTo(4);
    assertThat(loweredFrom(40, CarryOver.ADDITIVE)).isEqualTo(-10);
  }

  @Test
  void resetBeginsEmptyAndForgivesNoDebt() {
    assertThat(raisedFrom(4, CarryOver.RESET)).isZero();
    assertThat(loweredFrom(40, CarryOver.RESET)).isZero();
    assertThat(loweredFrom(-4, CarryOver.RESET)).isEqualTo(-4);
  }

  @ParameterizedTest
  @EnumSource(CarryOver.class)
  void neverGrantsMoreThanTheNewBurst(CarryOver how) {
    for (long tokens = -10; tokens <= 10; tokens++) {
      assertThat(raisedFrom(tokens, how)).isBetween(-100L, 100L);
    }
    for (long tokens = -100; tokens <= 100; tokens++) {
      assertThat(loweredFrom(tokens, how)).isBetween(-10L, 10L);
    }
  }

  /** Without time passing, so that nothing accrues. */
  @ParameterizedTest
  @EnumSource(CarryOver.class)
  void flippingUpAndDownGrantsAtMostTheLarger_redisson5098_envoyRatelimit1077(CarryOver how) {
    TokenScale[] scales = {
      TEN, HUNDRED, scale(37), TokenScale.of(7, Duration.ofDays(1).toNanos(), 64), CLOSED
    };
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      TokenScale scale = scales[random.nextInt(scales.length)];
      TokenBucket bucket = new TokenBucket(scale, 0);
      long granted = 0;
      for (int flip = 0; flip < 500; flip++) {
        long most = random.nextBoolean() ? Math.max(0, bucket.tokens(scale, 0)) : 1;
        granted += bucket.tryTake(scale, most, 0) ? most : 0;
        TokenScale next = scales[random.nextInt(scales.length)];
        bucket.rescale(scale, next, how, 0);
        scale = next;
        assertThat(bucket.tokens(scale, 0))
            .isBetween(scale == CLOSED ? -1000 : -scale.burst(), scale.burst());
      }
      assertThat(granted).as("seed %d", seed).isLessThanOrEqualTo(100);
    }
  }

  @ParameterizedTest
  @EnumSource(CarryOver.class)
  void closedHasNothingForgivesNothingAndMakesNothing(CarryOver how) {
    for (long tokens = -10; tokens <= 10; tokens++) {
      TokenBucket bucket = bucketWith(TEN, tokens);
      bucket.rescale(TEN, CLOSED, how, 0);
      assertThat(bucket.holds(CLOSED, 1, 0)).isFalse();
      assertThat(bucket.tokens(CLOSED, YEAR)).isNotPositive();
      assertThat(bucket.waitNanos(CLOSED, 1, YEAR)).isEqualTo(Long.MAX_VALUE);
      assertThat(bucket.debit(CLOSED, 3, YEAR)).isEqualTo(3);

      bucket.rescale(CLOSED, TEN, how, YEAR);
      long kept = how == CarryOver.ADDITIVE ? tokens : Math.min(0, tokens);
      assertThat(bucket.tokens(TEN, YEAR)).as("%d", tokens).isEqualTo(kept);
    }
  }

  @Test
  void whatComesBackWhileClosedPaysWhatIsOwedAndNoMore() {
    TokenBucket bucket = bucketWith(TEN, -5);
    bucket.rescale(TEN, CLOSED, CarryOver.AS_IS, 0);
    bucket.giveBack(CLOSED, 2, 0);
    assertThat(bucket.tokens(CLOSED, 0)).isEqualTo(-3);
    bucket.giveBack(CLOSED, 7, 0);
    assertThat(bucket.tokens(CLOSED, 0)).isZero();
  }

  @Test
  void whatAdditiveCouldNotTakeAwayIsStillOwedAfterItWasClosed() {
    TokenBucket bucket = bucketWith(HUNDRED, 0);
    bucket.rescale(HUNDRED, TEN, CarryOver.ADDITIVE, 0); // owes 80 more than its debt of 10
    bucket.rescale(TEN, CLOSED, CarryOver.ADDITIVE, 0);
    bucket.giveBack(CLOSED, 20, 0);
    bucket.rescale(CLOSED, HUNDRED, CarryOver.ADDITIVE, 0);
    assertThat(bucket.tokens(HUNDRED, 0)).isEqualTo(20);
  }

  @Test
  void bucketThatFilledOwesNothingMore() {
    TokenBucket bucket = bucketWith(HUNDRED, 40);
    bucket.rescale(HUNDRED, TEN, CarryOver.ADDITIVE, 0);
    long later = Duration.ofMinutes(1).toNanos();
    assertThat(bucket.tokens(TEN, later)).isEqualTo(10);
    bucket.rescale(TEN, HUNDRED, CarryOver.ADDITIVE, later);
    assertThat(bucket.tokens(HUNDRED, later)).isEqualTo(100);
  }

  private static long raisedFrom(long tokens, CarryOver how) {
    TokenBucket bucket = bucketWith(TEN, tokens);
    bucket.rescale(TEN, HUNDRED, how, 0);
    return bucket.tokens(HUNDRED, 0);
  }

  private static long loweredFrom(long tokens, CarryOver how) {
    TokenBucket bucket = bucketWith(HUNDRED, tokens);
    bucket.rescale(HUNDRED, TEN, how, 0);
    return bucket.tokens(TEN, 0);
  }

  private static TokenBucket bucketWith(TokenScale scale, long tokens) {
    TokenBucket bucket = new TokenBucket(scale, 0);
    assertThat(bucket.debit(scale, scale.burst() - tokens, 0)).isZero();
    return bucket;
  }

  private static TokenScale scale(long burst) {
    return TokenScale.of(10, Duration.ofSeconds(1).toNanos(), burst);
  }
}
