package io.sluice.engine.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
  private static final long TICK = TimerWheel.TICK_NANOS;
  private static final long[] ORIGINS = {0, -1, -(1L << 61), 1L << 60, 123_456_789_123L};

  @Test
  void firesAsSortedSetDoes() {
    for (long seed = 1; seed <= 40; seed++) {
      run(seed);
    }
  }

  @Test
  void firesInTheOrderOfDeadlines() {
    TimerWheel<Numbered> wheel = new TimerWheel<>(0);
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 10_000; i++) {
      wheel.schedule(new Numbered(i), random.nextLong(TimeUnit.DAYS.toNanos(400)));
    }
    List<Long> deadlines = new ArrayList<>();
    wheel.advance(TimeUnit.DAYS.toNanos(500), timer -> deadlines.add(timer.deadlineNanos()));
    assertThat(deadlines).hasSize(10_000).isSorted();
    assertThat(wheel.size()).isZero();
    assertThat(wheel.nextEventNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void deadlineInThePastIsDueNext() {
    TimerWheel<Numbered> wheel = new TimerWheel<>(TimeUnit.DAYS.toNanos(1));
    wheel.schedule(new Numbered(1), 0);
    assertThat(wheel.nextEventNanos()).isLessThanOrEqualTo(TimeUnit.DAYS.toNanos(1) + TICK);
    List<Numbered> fired = new ArrayList<>();
    wheel.advance(TimeUnit.DAYS.toNanos(1) + TICK, fired::add);
    assertThat(fired).hasSize(1);
  }

  @Test
  void firedTimerMayScheduleItselfAgain() {
    TimerWheel<Numbered> wheel = new TimerWheel<>(0);
    Numbered timer = new Numbered(1);
    wheel.schedule(timer, TICK);
    int[] fired = {0};
    for (long now = 0; now < 1_000 * TICK; now += TICK / 2) {
      wheel.advance(
          now,
          due -> {
            fired[0]++;
            wheel.schedule(due, due.deadlineNanos() + 10 * TICK);
          });
    }
    assertThat(fired[0]).isBetween(99, 101);
    assertThat(wheel.size()).isEqualTo(1);
  }

  @Test
  void cancelledTimerDoesNotFire() {
    TimerWheel<Numbered> wheel = new TimerWheel<>(0);
    Numbered timer = new Numbered(1);
    wheel.cancel(timer);
    wheel.schedule(timer, 5);
    wheel.cancel(timer);
    wheel.cancel(timer);
    assertThat(timer.isScheduled()).isFalse();
    assertThat(wheel.size()).isZero();
    wheel.advance(TimeUnit.DAYS.toNanos(1), due -> assertThat(due).as("fires").isNull());
  }

  @Test
  void expiryOfHundredVisitsNoneOfTenThousand() {
    TimerWheel<Numbered> wheel = new TimerWheel<>(0);
    List<Numbered> live = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 10_000; i++) {
      Numbered timer = new Numbered(i);
      wheel.schedule(timer, TimeUnit.SECONDS.toNanos(30 + random.nextInt(270)));
      live.add(timer);
    }
    for (int i = 0; i < 100; i++) {
      wheel.schedule(new Numbered(i), TimeUnit.MILLISECONDS.toNanos(10 * (1 + i)));
    }
    // A visit to one that is not due would sort it in again, in another slot or place.
    int[] slots = live.stream().mapToInt(timer -> timer.slot).toArray();
    Timer[] next = live.stream().map(timer -> timer.next).toArray(Timer[]::new);
    int[] fired = {0};
    int steps = 0;
    for (long at = wheel.nextEventNanos();
        at <= TimeUnit.MILLISECONDS.toNanos(1_010);
        at = wheel.nextEventNanos()) {
      wheel.advance(at, due -> fired[0]++);
      steps++;
    }
    assertThat(fired[0]).isEqualTo(100);
    assertThat(steps).isLessThanOrEqualTo(2 * 100);
    assertThat(live.stream().mapToInt(timer -> timer.slot).toArray()).isEqualTo(slots);
    assertThat(Arrays.equals(live.stream().map(timer -> timer.next).toArray(), next)).isTrue();
  }

  @Test
  void timerIsSortedInOncePerWheelAtMost() {
    TimerWheel<Numbered> wheel = new TimerWheel<>(0);
    Numbered timer = new Numbered(1);
    wheel.schedule(timer, TimeUnit.HOURS.toNanos(20) + 123_456_789);
    int moves = 0;
    int steps = 0;
    while (timer.isScheduled()) {
      int slot = timer.slot;
      wheel.advance(wheel.nextEventNanos(), due -> {});
      moves += timer.slot == slot ? 0 : 1;
      steps++;
    }
    assertThat(moves).isLessThanOrEqualTo(5);
    assertThat(steps).isLessThanOrEqualTo(5);
  }

  private static void run(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long now = ORIGINS[(int) (seed % ORIGINS.length)];
    TimerWheel<Numbered> wheel = new TimerWheel<>(now);
    TreeSet<Numbered> model =
        new TreeSet<>(
            Comparator.comparingLong(Numbered::deadlineNanos)
                .thenComparingInt(timer -> timer.number));
    List<Numbered> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(new Numbered(i));
    }
    for (int step = 0; step < 20_000; step++) {
      String what = "seed " + seed + " step " + step;
      Numbered timer = all.get(random.nextInt(all.size()));
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          model.remove(timer);
          timer.scheduledAt = now;
          wheel.schedule(timer, now + delay(random));
          model.add(timer);
        }
        case 2 -> {
          model.remove(timer);
          wheel.cancel(timer);
        }
        default -> now = advance(wheel, model, now, random, what);
      }
      require(wheel.size() == model.size(), what, "size");
      require(timer.isScheduled() == model.contains(timer), what, "is scheduled");
    }
  }

  private static long advance(
      TimerWheel<Numbered> wheel,
      TreeSet<Numbered> model,
      long now,
      SplittableRandom random,
      String what) {
    long event = wheel.nextEventNanos();
    require(model.isEmpty() == (event == Long.MAX_VALUE), what, "has a next event");
    if (!model.isEmpty()) {
      long firstDue = ((Math.max(model.first().deadlineNanos(), now) >> 20) + 1) << 20;
      require(event <= firstDue, what, "next event not later than the first firing");
      require(event > ((now >> 20) << 20), what, "makes progress");
    }
    long to = random.nextInt(3) == 0 && event != Long.MAX_VALUE ? event : now + delay(random);
    List<Numbered> fired = new ArrayList<>();
    wheel.advance(to, fired::add);
    long reached = Math.max(now, to);
    long last = Long.MIN_VALUE;
    for (Numbered timer : fired) {
      require(timer.deadlineNanos() < reached, what, "never early");
      require(timer.deadlineNanos() >= last, what, "in the order of deadlines");
      require(model.remove(timer), what, "was scheduled");
      last = timer.deadlineNanos();
    }
    for (Numbered timer : model) {
      if (timer.deadlineNanos() + TICK > reached) {
        break;
      }
      require(timer.scheduledAt + TICK > reached, what, "at most one tick late");
    }
    return reached;
  }

  private static long delay(SplittableRandom random) {
    return switch (random.nextInt(10)) {
      case 0 -> -random.nextLong(TimeUnit.SECONDS.toNanos(1));
      case 1, 2 -> random.nextLong(TICK);
      case 3, 4 -> random.nextLong(100 * TICK);
      case 5, 6 -> random.nextLong(TimeUnit.SECONDS.toNanos(30));
      case 7 -> random.nextLong(TimeUnit.HOURS.toNanos(3));
      case 8 -> random.nextLong(TimeUnit.DAYS.toNanos(10));
      default ->
          random.nextInt(20) == 0
              ? random.nextLong(TimeUnit.DAYS.toNanos(900))
              : random.nextLong(TimeUnit.MINUTES.toNanos(10));
    };
  }

  private static void require(boolean holds, String where, String what) {
    if (!holds) {
      throw new AssertionError(where + ": " + what);
    }
  }

  private static final class Numbered extends Timer {
    final int number;
    long scheduledAt;

    Numbered(int number) {
      this.number = number;
    }
  }
}
