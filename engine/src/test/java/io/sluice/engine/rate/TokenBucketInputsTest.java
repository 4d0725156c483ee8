package io.sluice.engine.rate;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.admission.EngineFixture;
import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Inputs that broke other limiters, one test each; a name ends with the issue that reported it
 * there.
 */
class TokenBucketInputsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final long HOUR = Duration.ofHours(1).toNanos();
  private static final TokenScale TEN_PER_SECOND = scale(10, SECOND, 10);

  @Test
  void negativePermitsAreRefusedAndMintNothing_golang80183_golang54082_convexRateLimiter44() {
    TokenBucket bucket = new TokenBucket(TEN_PER_SECOND, 0);
    assertThat(bucket.tryTake(TEN_PER_SECOND, 10, 0)).isTrue();
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> bucket.tryTake(TEN_PER_SECOND, -5, 0))
        .withMessage("permits must be in [0, 9223372036854775807] but was -5");
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> bucket.giveBack(TEN_PER_SECOND, -5, 0));
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> bucket.waitNanos(TEN_PER_SECOND, -5, 0));
    assertThat(bucket.tokens(TEN_PER_SECOND, 0)).isZero();

    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> Demand.of("api", -1))
        .withMessage("permits must be in [0, 1099511627776] but was -1");
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> Demand.of("api", Long.MIN_VALUE));
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> new Release(new LeaseId(1, 1), Outcome.SUCCESS, -2, ""));
  }

  @Test
  void zeroPermitsArePeekThatChangesNothingAndNeverWaits() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(1, SECOND, 2)));
    Acquire peek =
        Acquire.builder(Demand.of("api", 0)).maxWaitNanos(DAY.toNanos()).wantLease(true).build();
    assertThat(engine.granted(engine.ask(peek)).leaseId()).isNull();
    assertThat(engine.available("api")).isEqualTo(2);
    engine.granted(engine.ask(Demand.of("api", 2)));
    assertThat(engine.denied(engine.ask(peek)).reason()).isEqualTo(DenialReason.RATE);
    assertThat(engine.waiting()).isZero();
    engine.pass(SECOND);
    assertThat(engine.available("api")).isEqualTo(1);
  }

  @Test
  void moreThanBurstIsRefusedForEverAndNeverQueued_marusamaSemaphore3() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(1, SECOND, 5)));
    Decision.Denied denied =
        engine.denied(
            engine.ask(Acquire.builder(Demand.of("api", 6)).maxWaitNanos(DAY.toNanos()).build()));
    assertThat(denied.reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(denied.limit()).isEqualTo("api");
    assertThat(denied.waitNanos()).isEqualTo(Blocker.NEVER);
    assertThat(denied.message()).contains("6 permits", "limit api", "at most 5");
    assertThat(engine.waiting()).isZero();
    assertThat(engine.available("api")).isEqualTo(5);
  }

  @Test
  void hugePermitsAreRefusedBeforeTheyAreMultiplied() {
    TokenScale scale = scale(999_983, DAY, 1_000_000);
    TokenBucket bucket = new TokenBucket(scale, 0);
    for (long huge : new long[] {1L << 31, 1L << 40, 1L << 62, Long.MAX_VALUE}) {
      assertThat(bucket.tryTake(scale, huge, 0)).as("%d", huge).isFalse();
      assertThat(bucket.waitNanos(scale, huge, 0)).as("%d", huge).isPositive();
    }
    assertThat(bucket.tokens(scale, 0)).isEqualTo(1_000_000);
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> Demand.of("api", (1L << 40) + 1))
        .withMessage("permits must be in [0, 1099511627776] but was 1099511627777");
  }

  @Test
  void waitBeyondTheBurstIsExactEvenWhereItsUnitsOverflow() {
    TokenScale scale = scale(999_983, Duration.ofDays(30), 1_000_000);
    TokenBucket bucket = new TokenBucket(scale, 0);
    long queued = 1_000_000 + 12L * 999_983; // a full bucket and a year for those who wait ahead
    assertThat(bucket.waitNanos(scale, queued, 0)).isEqualTo(Duration.ofDays(360).toNanos());
  }

  @Test
  void rateZeroIsClosedUntilItIsRaised_uberGoRatelimitPanics() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(0, SECOND, 0)));
    engine.pass(Duration.ofDays(3650));
    for (Demand demand :
        List.of(Demand.of("api"), Demand.of("api", 0), Demand.of("api", 5).asEstimate())) {
      Acquire acquire = Acquire.builder(demand).maxWaitNanos(demand.permits() * HOUR).build();
      Decision.Denied denied = engine.denied(engine.ask(acquire));
      assertThat(denied.reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
      assertThat(denied.limit()).isEqualTo("api");
      assertThat(denied.waitNanos()).isEqualTo(Blocker.NEVER);
      assertThat(denied.message())
          .endsWith("limit api, which can never give that: the limit is closed");
    }
    assertThat(engine.waiting()).isZero();

    engine.replacePolicy("api", rate(1, SECOND, 1));
    Call waiter = engine.waiter("api", Duration.ofHours(1));
    engine.pass(SECOND.plusMillis(2));
    assertThat(waiter.isGranted()).isTrue();
  }

  @Test
  void closingARateDeniesWhoWaitsAndGivesNothingWhenItOpensAgain() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("api", "api", rate(10, SECOND, 10)).withKey("tenant"));
    Demand a = Demand.of("api", 10).withAttributes(Map.of("tenant", "a"));
    engine.granted(engine.ask(a));
    Call waiter = engine.call(Acquire.builder(a).maxWaitNanos(HOUR).build());

    engine.replacePolicy("api", rate(0, SECOND, 0));
    assertThat(waiter.denial().reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    engine.pass(Duration.ofDays(40)); // long enough for buckets to be forgotten
    engine.replacePolicy("api", rate(10, SECOND, 10));

    assertThat(engine.denied(engine.ask(a)).waitNanos()).isEqualTo(SECOND.toNanos());
    engine.pass(SECOND);
    engine.granted(engine.ask(a));
    engine.check();
  }

  @Test
  void whatWasTakenOfARateComesBackUnusedIntoNothingWhileItIsClosed() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(1, SECOND, 2)));
    LeaseId lease =
        engine
            .granted(engine.ask(Acquire.builder(Demand.of("api", 2)).wantLease(true).build()))
            .leaseId();
    engine.replacePolicy("api", rate(0, SECOND, 0));
    engine.release(lease, Outcome.UNUSED);
    assertThat(engine.available("api")).isZero();
    assertThat(engine.denied(engine.ask("api")).reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    engine.replacePolicy("api", rate(1, SECOND, 2));
    assertThat(engine.available("api")).isZero();
  }

  @Test
  void threeADayRefillToTheNanosecond_polaris3433() {
    TokenScale scale = scale(3, DAY, 3);
    TokenBucket bucket = new TokenBucket(scale, 0);
    assertThat(bucket.tryTake(scale, 3, 0)).isTrue();
    long third = DAY.toNanos() / 3;
    assertThat(bucket.waitNanos(scale, 1, 0)).isEqualTo(third);
    assertThat(bucket.tryTake(scale, 1, third - 1)).isFalse();
    assertThat(bucket.tryTake(scale, 1, third)).isTrue();
  }

  @Test
  void oneInThirtyDaysSurvivesBeingAskedEverySecond_reinhardt2246() {
    TokenScale scale = scale(1, Duration.ofDays(30), 1);
    TokenBucket bucket = new TokenBucket(scale, 0);
    assertThat(bucket.tryTake(scale, 1, 0)).isTrue();
    long thirtyDays = Duration.ofDays(30).toNanos();
    long odd = 1_234_567_891L;
    for (long now = 0; now < thirtyDays; now += odd) {
      assertThat(bucket.tryTake(scale, 1, now)).isFalse();
    }
    assertThat(bucket.tryTake(scale, 1, thirtyDays)).isTrue();
  }

  @Test
  void fractionOfTokenSurvivesEveryRefill_reinhardt2246() {
    TokenScale scale = scale(3, Duration.ofMillis(7), 1);
    TokenBucket bucket = new TokenBucket(scale, 0);
    long taken = 0;
    for (long now = 0; now < 7_000_000_000L; now += 999) {
      taken += bucket.tryTake(scale, 1, now) ? 1 : 0;
    }
    assertThat(taken).isBetween(2_998L, 3_001L); // 3 in 7 ms for 7 s, and the one it began with
  }

  @Test
  void sevenMillionASecondIsNotRounded() {
    TokenScale scale = scale(7_000_000, SECOND, 1_000_000);
    TokenBucket bucket = new TokenBucket(scale, 0);
    long taken = bucket.tryTake(scale, 1_000_000, 0) ? 1_000_000 : 0;
    for (long now = 1; now <= 10_000; now++) {
      long there = bucket.tokens(scale, now * 1_000_000);
      taken += bucket.tryTake(scale, there, now * 1_000_000) ? there : 0;
    }
    assertThat(taken).isEqualTo(1_000_000 + 70_000_000);
  }

  @Test
  void clockThatGoesBackAndForthMintsNothing_golang56287() {
    TokenBucket bucket = new TokenBucket(TEN_PER_SECOND, 0);
    assertThat(bucket.tryTake(TEN_PER_SECOND, 10, 0)).isTrue();
    long taken = 0;
    for (int i = 0; i < 1_000; i++) {
      taken += bucket.tryTake(TEN_PER_SECOND, 1, SECOND.toNanos()) ? 1 : 0;
      taken += bucket.tryTake(TEN_PER_SECOND, 1, 0) ? 1 : 0;
    }
    assertThat(taken).isEqualTo(10);
  }

  @Test
  void clockThatWentBackLocksNobodyOut_goLimiter41_mediaWikiMcp557() {
    TokenBucket bucket = new TokenBucket(TEN_PER_SECOND, SECOND.toNanos());
    assertThat(bucket.tryTake(TEN_PER_SECOND, 1, 0)).as("what is there stays there").isTrue();
    assertThat(bucket.tokens(TEN_PER_SECOND, 0)).isEqualTo(9);
    assertThat(bucket.tryTake(TEN_PER_SECOND, 9, 0)).isTrue();
    assertThat(bucket.waitNanos(TEN_PER_SECOND, 1, 0))
        .as("time has to catch up, which the wait says")
        .isEqualTo(1_100_000_000L);
    assertThat(bucket.tryTake(TEN_PER_SECOND, 1, 1_100_000_000L)).isTrue();

    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(10, SECOND, 1)));
    engine.pass(DAY);
    engine.granted(engine.ask("api"));
    engine.engine().advance(0);
    engine.pass(Duration.ofMillis(100));
    engine.granted(engine.ask("api"));
  }

  @Test
  void idleTimeAtFullIsNoSecondBurst_glideMq281() {
    TokenBucket bucket = new TokenBucket(TEN_PER_SECOND, 0);
    long later = DAY.toNanos();
    assertThat(bucket.tokens(TEN_PER_SECOND, later)).isEqualTo(10);
    assertThat(bucket.tryTake(TEN_PER_SECOND, 10, later)).isTrue();
    assertThat(bucket.tryTake(TEN_PER_SECOND, 1, later)).isFalse();
    assertThat(bucket.tryTake(TEN_PER_SECOND, 1, later + 99_999_999)).isFalse();
    assertThat(bucket.tryTake(TEN_PER_SECOND, 1, later + 100_000_000)).isTrue();
  }

  @Test
  void longTimesOverflowNothing_bucket4j51() {
    TokenScale fast = scale(1_000_000_000, SECOND, 1_000_000_000);
    TokenBucket bucket = new TokenBucket(fast, 0);
    assertThat(bucket.tryTake(fast, 1_000_000_000, 0)).isTrue();
    // elapsed times tokens overflows a long after 9.2 s
    assertThat(bucket.tokens(fast, Duration.ofSeconds(10).toNanos())).isEqualTo(1_000_000_000);
    assertThat(bucket.tryTake(fast, 1_000_000_000, Duration.ofSeconds(10).toNanos())).isTrue();
    assertThat(bucket.tokens(fast, Long.MAX_VALUE)).isEqualTo(1_000_000_000);

    TokenBucket ancient = new TokenBucket(fast, Long.MIN_VALUE);
    assertThat(ancient.tryTake(fast, 1_000_000_000, Long.MIN_VALUE)).isTrue();
    assertThat(ancient.tokens(fast, Long.MAX_VALUE))
        .as("the time between overflows a long")
        .isEqualTo(1_000_000_000);
  }

  @Test
  void anotherRateKeepsTheTokensAndMintsNone_redisson5098_envoyRatelimit1077() {
    TokenScale small = scale(10, SECOND, 10);
    TokenScale large = scale(1_000, DAY, 1_000);
    TokenBucket bucket = new TokenBucket(small, 0);
    assertThat(bucket.tryTake(small, 4, 0)).isTrue();
    bucket.rescale(small, large, CarryOver.AS_IS, 0);
    assertThat(bucket.tokens(large, 0)).as("a raise carries the level over").isEqualTo(6);
    bucket.rescale(large, scale(10, SECOND, 2), CarryOver.AS_IS, 0);
    assertThat(bucket.tokens(small, 0)).as("at most the new burst").isEqualTo(2);
  }

  @Test
  void flippingTheRateMintsNothing() {
    TokenScale one = scale(7, SECOND, 10);
    TokenScale other = scale(999_983, DAY, 1_000);
    TokenBucket bucket = new TokenBucket(one, 0);
    assertThat(bucket.tryTake(one, 7, 0)).isTrue();
    for (int i = 0; i < 10_000; i++) {
      bucket.rescale(one, other, CarryOver.AS_IS, 0);
      bucket.rescale(other, one, CarryOver.AS_IS, 0);
    }
    assertThat(bucket.tokens(one, 0)).isBetween(2L, 3L);
    bucket.rescale(one, other, CarryOver.AS_IS, -5);
    assertThat(bucket.tokens(other, -5)).as("nor does a clock that went back").isLessThan(4);
  }

  @Test
  void waitIncludesTheTokenThatIsAccruing_bucket4j88_openclaw421() {
    TokenBucket bucket = new TokenBucket(TEN_PER_SECOND, 0);
    assertThat(bucket.tryTake(TEN_PER_SECOND, 10, 0)).isTrue();
    assertThat(bucket.waitNanos(TEN_PER_SECOND, 1, 30_000_000)).isEqualTo(70_000_000);
    assertThat(bucket.waitNanos(TEN_PER_SECOND, 3, 30_000_000)).isEqualTo(270_000_000);
    assertThat(bucket.waitNanos(TEN_PER_SECOND, 1, 99_999_999))
        .as("never 0 for a refusal, and relative to now")
        .isEqualTo(1);
  }

  @Test
  void refundIsCappedAtTheBurst_redisson7329() {
    TokenBucket bucket = new TokenBucket(TEN_PER_SECOND, 0);
    assertThat(bucket.tryTake(TEN_PER_SECOND, 3, 0)).isTrue();
    bucket.giveBack(TEN_PER_SECOND, 2, 0);
    assertThat(bucket.tokens(TEN_PER_SECOND, 0)).isEqualTo(9);
    bucket.giveBack(TEN_PER_SECOND, 5, 0);
    assertThat(bucket.tokens(TEN_PER_SECOND, 0)).isEqualTo(10);
    bucket.giveBack(TEN_PER_SECOND, Long.MAX_VALUE, 0);
    assertThat(bucket.tokens(TEN_PER_SECOND, 0)).isEqualTo(10);
    assertThat(bucket.tryTake(TEN_PER_SECOND, 11, 0)).isFalse();
  }

  @Test
  void refundAfterExpiryGivesNothingTwice_redisson7329() {
    EngineFixture engine = EngineFixture.of(Limit.of("api", "api", rate(1, DAY, 10)));
    Acquire five = Acquire.builder(Demand.of("api", 5)).wantLease(true).build();
    LeaseId lease = engine.granted(engine.ask(five)).leaseId();
    assertThat(engine.release(lease, Outcome.UNUSED)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(engine.release(lease, Outcome.UNUSED)).isEqualTo(ReleaseStatus.ALREADY_RELEASED);
    assertThat(engine.available("api")).isEqualTo(10);
    LeaseId late = engine.granted(engine.ask(five)).leaseId();
    engine.pass(Duration.ofSeconds(40));
    assertThat(engine.release(late, Outcome.UNUSED)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(engine.available("api")).isEqualTo(5);
  }

  @Test
  void refusalConsumesNothingOfAnyLimit_envoyRatelimit427() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("slots", "api", concurrency(5)), Limit.of("tokens", "api", rate(1, DAY, 2)));
    engine.granted(engine.ask(Demand.of("api", 2)));
    for (int i = 0; i < 10; i++) {
      Decision.Denied denied = engine.denied(engine.ask("api"));
      assertThat(denied.limit()).isEqualTo("tokens");
    }
    assertThat(engine.used("slots")).isEqualTo(2);
    assertThat(engine.available("tokens")).isZero();
    TokenBucket bucket = new TokenBucket(TEN_PER_SECOND, 0);
    assertThat(bucket.tryTake(TEN_PER_SECOND, 8, 0)).isTrue();
    assertThat(bucket.tryTake(TEN_PER_SECOND, 3, 0)).isFalse();
    assertThat(bucket.tryTake(TEN_PER_SECOND, 2, 0)).isTrue();
  }

  @Test
  void twoLimitsWithOneRateAndKeyAreChargedOnceEach_gsaApiDataGov304() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("one", "api", rate(10, SECOND, 10)).withKey("tenant"),
            Limit.of("two", "*", rate(10, SECOND, 10)).withKey("tenant"));
    engine.granted(engine.ask("api"));
    assertThat(engine.available("one")).isEqualTo(9);
    assertThat(engine.available("two")).isEqualTo(9);
  }

  private static TokenScale scale(long permits, Duration per, long burst) {
    return TokenScale.of(permits, per.toNanos(), burst);
  }
}
