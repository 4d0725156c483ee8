package io.sluice.engine.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.model.InvalidArgumentException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The bucket against rational numbers, for any order of asks and times. */
class TokenBucketModelTest {
  private static final long[] PERMITS = {0, 1, 2, 3, 7, 999_983, 1_000_000, 1_000_000_000};
  private static final long[] PERIODS_NANOS = {
    TimeUnit.MILLISECONDS.toNanos(1),
    TimeUnit.SECONDS.toNanos(1),
    TimeUnit.MINUTES.toNanos(1),
    TimeUnit.DAYS.toNanos(1),
    TimeUnit.DAYS.toNanos(30),
    TimeUnit.DAYS.toNanos(365)
  };
  private static final long[] BURSTS = {1, 2, 3, 7, 1000, 999_983, 1_000_000, 1_000_000_000};
  private static final long[] ORIGINS_NANOS = {0, -5, 1L << 40, -(1L << 62), 1L << 62};

  private static final int STEPS = 10_000_000;
  private static final int STEPS_OF_A_BUCKET = 1_000;

  @Test
  void answersAsRationalNumbersDoOverTenMillionSteps() {
    List<TokenScale> scales = countable();
    long steps =
        IntStream.range(0, STEPS / STEPS_OF_A_BUCKET)
            .parallel()
            .mapToLong(seed -> run(scales.get(seed % scales.size()), seed))
            .sum();
    assertThat(steps).isGreaterThanOrEqualTo(STEPS);
  }

  @Test
  void countsEveryRateThatFitsInTheSmallestQuantumThatFits() {
    for (TokenScale scale : countable()) {
      BigInteger cap = Model.MAX_UNITS;
      assertThat(BigInteger.valueOf(scale.capacityUnits())).isLessThanOrEqualTo(cap);
      assertThat(scale.quantumNanos())
          .as("%s", scale)
          .isEqualTo(Model.quantum(scale.permits(), scale.periodNanos(), scale.burst()));
    }
    assertThat(TokenScale.of(999_983, TimeUnit.DAYS.toNanos(1), 1_000_000).quantumNanos())
        .as("does not fit at 1 ns, so the choice of the quantum is needed")
        .isEqualTo(1_000);
  }

  @Test
  void refusesEveryOtherRateByFieldValueAndBound() {
    int refused = 0;
    for (long permits : PERMITS) {
      for (long period : PERIODS_NANOS) {
        for (long burst : BURSTS) {
          boolean faster = permits > period;
          if (faster || Model.quantum(permits, period, burst) == 0) {
            refused++;
            assertThatExceptionOfType(InvalidArgumentException.class)
                .isThrownBy(() -> TokenScale.of(permits, period, burst))
                .withMessageStartingWith("rate")
                .withMessageContaining(permits + " per " + period + " ns")
                .withMessageContaining(faster ? "at most one per nanosecond" : "2^62 units");
          }
        }
      }
    }
    assertThat(refused).isPositive();
  }

  private static List<TokenScale> countable() {
    List<TokenScale> scales = new ArrayList<>();
    for (long permits : PERMITS) {
      for (long period : PERIODS_NANOS) {
        for (long burst : BURSTS) {
          if (permits <= period && Model.quantum(permits, period, burst) != 0) {
            scales.add(TokenScale.of(permits, period, permits == 0 ? 0 : burst));
          }
        }
      }
    }
    return scales;
  }

  private static long run(TokenScale scale, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long now = ORIGINS_NANOS[random.nextInt(ORIGINS_NANOS.length)];
    TokenBucket bucket = new TokenBucket(scale, now);
    Model model = new Model(scale, now);
    int step = 0;
    while (step < STEPS_OF_A_BUCKET) {
      now = saturatedAdd(now, timeStep(random, scale));
      long cost = cost(random, scale.burst());
      if (cost < 0) {
        step += refusesNegative(scale, bucket, now);
      } else if (random.nextInt(8) == 0) {
        bucket.giveBack(scale, cost, now);
        model.giveBack(cost, now);
        step++;
      } else if (random.nextInt(12) == 0) {
        long overrun = bucket.debit(scale, cost, now);
        require(overrun == model.debit(cost, now), scale, seed, step, "debits", cost);
        step++;
      } else if (random.nextInt(12) == 0 && bucket.isFull(scale, now)) {
        long above = scale.burst() + random.nextLong(scale.burst() + 1);
        bucket.take(scale, above);
        model.takeOnDebt(above, now);
        step++;
      } else {
        boolean taken = bucket.tryTake(scale, cost, now);
        require(taken == model.tryTake(cost, now), scale, seed, step, "takes", cost);
        step++;
        if (!taken) {
          long wait = bucket.waitNanos(scale, cost, now);
          require(model.isWait(wait, cost, now), scale, seed, step, "waits", wait);
          step++;
          boolean worthWaiting = wait < Long.MAX_VALUE - Math.max(0, now) && random.nextBoolean();
          if (worthWaiting && cost <= scale.burst()) {
            boolean early = bucket.tryTake(scale, cost, now + wait - 1);
            require(!early, scale, seed, step, "refuses 1 ns before", wait);
            require(!model.tryTake(cost, now + wait - 1), scale, seed, step, "model", 0);
            now += wait;
            require(bucket.tryTake(scale, cost, now), scale, seed, step, "admits at", wait);
            require(model.tryTake(cost, now), scale, seed, step, "model", 0);
            step += 2;
          }
        }
      }
      require(bucket.tokens(scale, now) == model.tokens(now), scale, seed, step, "tokens", 0);
      require(bucket.isFull(scale, now) == model.isFull(), scale, seed, step, "full", 0);
    }
    return step;
  }

  private static int refusesNegative(TokenScale scale, TokenBucket bucket, long now) {
    for (Runnable misuse :
        List.<Runnable>of(
            () -> bucket.tryTake(scale, -1, now),
            () -> bucket.giveBack(scale, -1, now),
            () -> bucket.debit(scale, -1, now),
            () -> bucket.waitNanos(scale, -1, now))) {
      try {
        misuse.run();
        throw new AssertionError("accepted a negative number of tokens");
      } catch (InvalidArgumentException expected) {
        // and the level stays, as the caller verifies
      }
    }
    return 4;
  }

  private static void require(
      boolean held, TokenScale scale, long seed, int step, String what, long value) {
    if (!held) {
      throw new AssertionError(
          "seed " + seed + " step " + step + ": " + what + " " + value + " of " + scale);
    }
  }

  private static long cost(SplittableRandom random, long burst) {
    return switch (random.nextInt(24)) {
      case 0 -> 0;
      case 1 -> burst - 1;
      case 2 -> burst;
      case 3 -> burst + 1;
      case 4 -> 1L << 31;
      case 5 -> Long.MAX_VALUE;
      case 6 -> random.nextInt(16) == 0 ? -1 : 1;
      case 7, 8, 9, 10 -> random.nextLong(burst + 1);
      case 11, 12, 13 -> 1 + burst / 2;
      default -> 1;
    };
  }

  private static long timeStep(SplittableRandom random, TokenScale scale) {
    long perToken = Math.max(1, scale.periodNanos() / Math.max(1, scale.permits()));
    return switch (random.nextInt(32)) {
      case 0 -> -TimeUnit.HOURS.toNanos(1);
      case 1 -> -1;
      case 2 -> random.nextInt(64) == 0 ? Long.MAX_VALUE : 1; // 292 years; twice is 400
      case 3, 4, 5, 6, 7 -> 1;
      case 8, 9, 10, 11 -> perToken;
      case 12, 13 -> perToken - 1;
      case 14, 15, 16 -> random.nextLong(2 * perToken);
      case 17, 18 -> random.nextLong(2_000_000);
      case 19 -> random.nextLong(scale.periodNanos());
      default -> 0;
    };
  }

  private static long saturatedAdd(long a, long b) {
    long sum = a + b;
    return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
  }

  /** Tokens as a fraction with the period as its denominator; time in BigIntegers. */
  private static final class Model {
    static final BigInteger MAX_UNITS = BigInteger.ONE.shiftLeft(62).subtract(BigInteger.ONE);

    private final BigInteger permits;
    private final BigInteger period;
    private final BigInteger full;
    private final BigInteger quantum;
    private BigInteger level;
    private BigInteger refilledTo;

    Model(TokenScale scale, long now) {
      permits = BigInteger.valueOf(scale.permits());
      period = BigInteger.valueOf(scale.periodNanos());
      full = BigInteger.valueOf(scale.burst()).multiply(period);
      quantum = BigInteger.valueOf(quantum(scale.permits(), scale.periodNanos(), scale.burst()));
      level = full;
      refilledTo = BigInteger.valueOf(now);
    }

    /** The smallest quantum in which the full bucket is less than 2^62 units; 0 = none. */
    static long quantum(long permits, long periodNanos, long burst) {
      for (long quantum : new long[] {1, 1_000, 1_000_000}) {
        BigInteger[] quanta =
            BigInteger.valueOf(periodNanos).divideAndRemainder(BigInteger.valueOf(quantum));
        BigInteger units =
            BigInteger.valueOf(burst)
                .multiply(quanta[0])
                .divide(BigInteger.valueOf(permits).gcd(quanta[0]));
        if (quanta[1].signum() == 0 && units.compareTo(MAX_UNITS) <= 0) {
          return quantum;
        }
      }
      return 0;
    }

    boolean tryTake(long cost, long now) {
      refill(now);
      BigInteger price = BigInteger.valueOf(cost).multiply(period);
      if (price.compareTo(level) > 0) {
        return false;
      }
      level = level.subtract(price);
      return true;
    }

    void giveBack(long cost, long now) {
      refill(now);
      level = level.add(BigInteger.valueOf(cost).multiply(period)).min(full);
    }

    /** Takes whole tokens down to minus the burst; returns those that do not fit. */
    long debit(long cost, long now) {
      refill(now);
      BigInteger room = floor(level.add(full));
      BigInteger taken = BigInteger.valueOf(cost).min(room);
      level = level.subtract(taken.multiply(period));
      return cost - taken.longValueExact();
    }

    void takeOnDebt(long cost, long now) {
      refill(now);
      level = level.subtract(BigInteger.valueOf(cost).multiply(period));
    }

    long tokens(long now) {
      refill(now);
      return floor(level).longValueExact();
    }

    private BigInteger floor(BigInteger parts) {
      return parts.subtract(parts.mod(period)).divide(period);
    }

    boolean isFull() {
      return level.equals(full);
    }

    /** Whether the tokens are there after so long and not a nanosecond sooner; no top. */
    boolean isWait(long wait, long cost, long now) {
      refill(now);
      BigInteger price = BigInteger.valueOf(cost).multiply(period);
      BigInteger then = BigInteger.valueOf(now).add(BigInteger.valueOf(wait));
      boolean before = level.add(accrued(then.subtract(BigInteger.ONE))).compareTo(price) >= 0;
      boolean after = level.add(accrued(then)).compareTo(price) >= 0;
      return wait > 0 && !before && (after || wait == Long.MAX_VALUE);
    }

    private void refill(long nowNanos) {
      BigInteger now = BigInteger.valueOf(nowNanos);
      if (now.compareTo(refilledTo) <= 0) {
        return;
      }
      BigInteger reached = level.add(accrued(now));
      if (permits.signum() == 0 || reached.compareTo(full) >= 0) {
        level = reached.min(full);
        refilledTo = now;
      } else {
        level = reached;
        refilledTo = now.subtract(now.subtract(refilledTo).mod(quantum));
      }
    }

    private BigInteger accrued(BigInteger now) {
      BigInteger elapsed = now.subtract(refilledTo);
      if (elapsed.signum() <= 0) {
        return BigInteger.ZERO;
      }
      return elapsed.subtract(elapsed.mod(quantum)).multiply(permits);
    }
  }
}
