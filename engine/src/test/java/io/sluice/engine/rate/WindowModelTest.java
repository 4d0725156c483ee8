package io.sluice.engine.rate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Windows against a list of everything that was ever taken, for any order of calls and times. */
class WindowModelTest {
  private static final int SEEDS = 600;
  private static final int STEPS = 1_000;
  private static final long LENGTH = Duration.ofSeconds(1).toNanos();

  @Test
  void slidingWindowIsTheSumOfItsLogOverHalfMillionSteps() {
    long steps =
        LongStream.range(0, SEEDS)
            .parallel()
            .map(
                seed -> {
                  long permits = 1 + seed % 40;
                  long now = seed % 2 == 0 ? 0 : -(1L << 62);
                  Window window =
                      new WindowRule.Sliding(LENGTH).open(permits, new WallClock(now), now);
                  return run(window, new SlidingModel(permits), permits, now, seed);
                })
            .sum();
    assertThat(steps).isGreaterThanOrEqualTo(SEEDS * STEPS);
  }

  @Test
  void fixedWindowBeginsWithItsFirstPermitOverHalfMillionSteps() {
    long steps =
        LongStream.range(0, SEEDS)
            .parallel()
            .map(
                seed -> {
                  long permits = 1 + seed % 40;
                  Window window = new WindowRule.Fixed(LENGTH).open(permits, new WallClock(0), 0);
                  return run(window, new FixedModel(permits), permits, 0, seed);
                })
            .sum();
    assertThat(steps).isGreaterThanOrEqualTo(SEEDS * STEPS);
  }

  @Test
  void calendarWindowIsTheLocalDayOverHalfMillionSteps() {
    long steps =
        LongStream.range(0, SEEDS)
            .parallel()
            .map(
                seed -> {
                  ZoneId zone = ZoneId.of(seed % 2 == 0 ? "Asia/Kathmandu" : "America/Santiago");
                  long permits = 1 + seed % 40;
                  long start = Instant.parse("2026-09-04T00:00:00Z").toEpochMilli();
                  WallClock wall = new WallClock(0);
                  wall.tell(start, 0);
                  Window window =
                      new WindowRule.Calendar(CalendarUnit.DAY, zone).open(permits, wall, 0);
                  return run(window, new DayModel(permits, zone, start), permits, 0, seed);
                })
            .sum();
    assertThat(steps).isGreaterThanOrEqualTo(SEEDS * STEPS);
  }

  /** I-2: no stretch of the length has more than the limit, wherever it begins. */
  @Test
  void noStretchOfSlidingWindowHasMoreThanTheLimitNorTheCoarseOneMuchLess() {
    for (long permits : new long[] {7, 1_000, 1_001, 1_000_000}) {
      SplittableRandom random = new SplittableRandom(permits);
      Window window = new WindowRule.Sliding(LENGTH).open(permits, new WallClock(0), 0);
      List<long[]> taken = new ArrayList<>();
      long now = 0;
      long sum = 0;
      for (int i = 0; i < 30_000; i++) {
        now += random.nextLong(LENGTH / 500);
        long ask = Math.min(permits, 1 + random.nextLong(permits / 100 + 1));
        if (ask <= window.remaining(now)) {
          window.take(ask);
          taken.add(new long[] {now, ask});
          sum += ask;
        }
      }
      int oldest = 0;
      long inStretch = 0;
      for (long[] entry : taken) {
        inStretch += entry[1];
        while (taken.get(oldest)[0] <= entry[0] - LENGTH) {
          inStretch -= taken.get(oldest++)[1];
        }
        assertThat(inStretch).isLessThanOrEqualTo(permits);
      }
      double bound = (double) permits * now / LENGTH;
      assertThat(sum)
          .as("%d in %d windows", permits, now / LENGTH)
          .isGreaterThan((long) (0.9 * bound));
    }
  }

  @Test
  void permitOfCoarseWindowComesBackAtMostThousandthOfTheLengthLate() {
    Window window = new WindowRule.Sliding(LENGTH).open(5_000, new WallClock(0), 0);
    window.remaining(300_000_001);
    window.take(5_000);
    long wait = window.waitNanos(1, 300_000_001);
    assertThat(wait).isBetween(LENGTH, LENGTH + LENGTH / 1_000);
    assertThat(window.remaining(300_000_001 + wait - 1)).isZero();
    assertThat(window.remaining(300_000_001 + wait)).isEqualTo(5_000);
  }

  @Test
  void slidingLogStaysBoundedWhenAllIsGivenBackAgainAndAgain() {
    SlidingWindow window =
        (SlidingWindow) new WindowRule.Sliding(LENGTH).open(3, new WallClock(0), 0);
    for (long now = 1; now < 2_000_000; now += 2) {
      window.remaining(now);
      window.take(1);
      window.remaining(now + 1);
      window.take(1);
      window.giveBack(1, now, now + 1);
      window.giveBack(1, now + 1, now + 1);
    }
    assertThat(window.entries()).isLessThan(100);
    assertThat(window.remaining(2_000_001)).isEqualTo(3);
  }

  private static long run(Window window, Model model, long permits, long start, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<long[]> grants = new ArrayList<>();
    long clock = start;
    model.moveTo(start);
    for (int step = 0; step < STEPS; step++) {
      clock += model.timeStep(random);
      long now = random.nextInt(50) == 0 ? clock - random.nextLong(LENGTH) : clock;
      model.moveTo(Math.max(now, model.now));
      long ask = 1 + random.nextLong(permits);
      require(window.remaining(now) == model.remaining(), seed, step, "remaining");
      switch (random.nextInt(8)) {
        case 0 -> {
          long back = random.nextLong(permits) + 1;
          if (!grants.isEmpty()) {
            long[] grant = grants.remove(random.nextInt(grants.size()));
            back = Math.min(back, grant[1]);
            window.giveBack(back, grant[0], now);
            model.giveBack(back, (int) grant[2]);
          }
        }
        case 1 -> {
          long more = random.nextLong(2 * permits);
          require(window.debit(more, now) == model.debit(more), seed, step, "overrun");
        }
        default -> {
          boolean fits = ask <= window.remaining(now);
          require(fits == ask <= model.remaining(), seed, step, "fits");
          if (fits) {
            window.take(ask);
            grants.add(new long[] {model.now, ask, model.take(ask)});
          } else {
            long wait = window.waitNanos(ask, now);
            require(wait == model.waitNanos(ask, now), seed, step, "waits " + wait);
            if (now + wait > clock && random.nextInt(4) == 0) {
              clock = now + wait;
              model.moveTo(Math.max(model.now, clock - 1));
              require(window.remaining(clock - 1) < ask, seed, step, "not before");
              model.moveTo(clock);
              require(window.remaining(clock) >= ask, seed, step, "then");
            }
          }
        }
      }
      require(window.remaining(now) == model.remaining(), seed, step, "remaining after");
    }
    return STEPS;
  }

  private static void require(boolean held, long seed, int step, String what) {
    if (!held) {
      throw new AssertionError("seed " + seed + " step " + step + ": " + what);
    }
  }

  /** Everything that was ever taken, and which of it counts. */
  private abstract static class Model {
    final List<long[]> log = new ArrayList<>(); // when, how much
    final long permits;
    long now = Long.MIN_VALUE;
    int first; // of the log's entries that count

    Model(long permits) {
      this.permits = permits;
    }

    abstract long waitNanos(long ask, long asOf);

    long timeStep(SplittableRandom random) {
      return random.nextInt(3) == 0 ? 0 : random.nextLong(LENGTH / 20);
    }

    void moveTo(long time) {
      now = time;
    }

    long taken() {
      BigInteger sum = BigInteger.ZERO;
      for (long[] entry : log.subList(first, log.size())) {
        sum = sum.add(BigInteger.valueOf(entry[1]));
      }
      return sum.longValueExact();
    }

    long remaining() {
      return permits - taken();
    }

    int take(long ask) {
      log.add(new long[] {now, ask});
      return log.size() - 1;
    }

    long debit(long more) {
      long counted = Math.max(0, Math.min(more, 2 * permits - taken()));
      take(counted);
      return more - counted;
    }

    void giveBack(long back, int index) {
      if (index >= first) {
        log.get(index)[1] -= back;
      }
    }
  }

  private static final class SlidingModel extends Model {
    SlidingModel(long permits) {
      super(permits);
    }

    @Override
    void moveTo(long time) {
      super.moveTo(time);
      while (first < log.size() && now - log.get(first)[0] >= LENGTH) {
        first++;
      }
    }

    @Override
    long waitNanos(long ask, long asOf) {
      long missing = ask - remaining();
      for (long[] entry : log.subList(first, log.size())) {
        missing -= entry[1];
        if (missing <= 0) {
          return entry[0] + LENGTH - asOf;
        }
      }
      throw new AssertionError("can never fit");
    }
  }

  private static final class FixedModel extends Model {
    private long began;
    private boolean open;

    FixedModel(long permits) {
      super(permits);
    }

    @Override
    void moveTo(long time) {
      super.moveTo(time);
      if (open && now - began >= LENGTH) {
        open = false;
        first = log.size();
      }
    }

    @Override
    int take(long ask) {
      if (!open) {
        open = true;
        began = now;
      }
      return super.take(ask);
    }

    @Override
    long waitNanos(long ask, long asOf) {
      return began + LENGTH - asOf + (ask > permits ? LENGTH : 0);
    }
  }

  private static final class DayModel extends Model {
    private final ZoneId zone;
    private final long start;
    private LocalDate day;

    DayModel(long permits, ZoneId zone, long start) {
      super(permits);
      this.zone = zone;
      this.start = start;
      day = date(0);
    }

    @Override
    long timeStep(SplittableRandom random) {
      return random.nextInt(3) == 0 ? 0 : random.nextLong(Duration.ofHours(1).toNanos());
    }

    @Override
    void moveTo(long time) {
      super.moveTo(time);
      if (date(now).isAfter(day)) {
        day = date(now);
        first = log.size();
      }
    }

    @Override
    long waitNanos(long ask, long asOf) {
      long end = day.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli();
      return (end - start) * 1_000_000 - asOf;
    }

    private LocalDate date(long nanos) {
      return Instant.ofEpochMilli(start + Math.floorDiv(nanos, 1_000_000))
          .atZone(zone)
          .toLocalDate();
    }
  }
}
