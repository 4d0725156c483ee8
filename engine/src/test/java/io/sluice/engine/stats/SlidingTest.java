package io.sluice.engine.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SlidingTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void agreesWithAListOfEverythingThatEverHappened() {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 50; round++) {
      long start = random.nextLong();
      SliceClock clock = new SliceClock(start);
      Activity activity = new Activity(clock);
      Peak peak = new Peak(clock);
      List<long[]> all = new ArrayList<>();
      long now = start;
      for (int step = 0; step < 300; step++) {
        now += random.nextInt(20) == 0 ? random.nextLong(200 * SECOND) : random.nextLong(SECOND);
        clock.advance(now);
        long permits = 1 + random.nextInt(5);
        long nanos = random.nextLong(1_000, SECOND);
        activity.granted(permits);
        activity.waited(nanos);
        peak.note(nanos);
        all.add(new long[] {now, permits, nanos});
        long from = start + ((now - start) / (5 * SECOND) - 11) * 5 * SECOND;
        List<long[]> inWindow = all.stream().filter(one -> one[0] - from >= 0).toList();
        Recent recent = activity.recent();
        assertThat(recent.granted()).isEqualTo(inWindow.size());
        assertThat(recent.permits()).isEqualTo(inWindow.stream().mapToLong(o -> o[1]).sum());
        assertThat(recent.waiting().count()).isEqualTo(inWindow.size());
        long longest = inWindow.stream().mapToLong(o -> o[2]).max().orElse(0);
        assertThat(recent.waiting().maxNanos()).isEqualTo(longest);
        assertThat(peak.recent()).isEqualTo(longest);
        assertThat(recent.spanNanos()).isBetween(0L, 60 * SECOND);
      }
    }
  }

  @Test
  void everythingHasDecayedAfterAMinute() {
    SliceClock clock = new SliceClock(0);
    LimitCounters counters = new LimitCounters(clock);
    counters.granted(3);
    counters.waiting(7);
    counters.waiting(-7);
    counters.used(9);
    counters.held(SECOND);
    clock.advance(54 * SECOND);
    assertThat(counters.recent().granted()).isEqualTo(1);
    assertThat(counters.snapshot().recentWaitingHighWater()).isEqualTo(7);

    clock.advance(60 * SECOND);
    LimitCounters.Counts counts = counters.snapshot();

    Recent recent = counters.recent();
    assertThat(recent.granted()).isZero();
    assertThat(recent.permits()).isZero();
    assertThat(recent.holding()).isEqualTo(Distribution.EMPTY);
    assertThat(counts.recentWaitingHighWater()).isZero();
    assertThat(counts.recentUsedHighWater()).isZero();
    assertThat(counts.waitingHighWater()).isEqualTo(7);
    assertThat(counts.usedHighWater()).isEqualTo(9);
    assertThat(counts.granted()).isEqualTo(1);
    assertThat(counts.meanHoldNanos()).isEqualTo(SECOND);
  }

  @Test
  void whoWaitsForLongIsInTheWindowForAsLong() {
    SliceClock clock = new SliceClock(0);
    LimitCounters counters = new LimitCounters(clock);
    counters.waiting(7);
    clock.advance(500 * SECOND);
    assertThat(counters.snapshot().recentWaitingHighWater()).isEqualTo(7);
    counters.waiting(-6);
    assertThat(counters.snapshot().recentWaitingHighWater()).isEqualTo(7);
    clock.advance(560 * SECOND);
    assertThat(counters.snapshot().recentWaitingHighWater()).isEqualTo(1);
  }

  @Test
  void anEmptyWindowIsZerosAndNoNaN() {
    Recent recent = new Activity(new SliceClock(5)).recent();

    assertThat(recent.spanNanos()).isZero();
    assertThat(recent.successRatio()).isEqualTo(0.0);
    assertThat(recent.errorRatio()).isEqualTo(0.0);
    assertThat(recent.throttledRatio()).isEqualTo(0.0);
    assertThat(recent.grantedPerSecond()).isEqualTo(0.0);
    assertThat(recent.permitsPerSecond()).isEqualTo(0.0);
    assertThat(recent.deniedPerSecond()).isEqualTo(0.0);
    assertThat(recent.completedPerSecond()).isEqualTo(0.0);
    assertThat(recent.latency()).isEqualTo(Distribution.EMPTY);
  }

  @Test
  void whatBeginsLaterHasItsOwnSpan() {
    SliceClock clock = new SliceClock(0);
    clock.advance(100 * SECOND);
    Activity late = new Activity(clock);
    clock.advance(110 * SECOND);
    for (int i = 0; i < 30; i++) {
      late.granted(2);
    }

    assertThat(late.recent().spanNanos()).isEqualTo(10 * SECOND);
    assertThat(late.recent().grantedPerSecond()).isEqualTo(3.0);
    assertThat(late.recent().permitsPerSecond()).isEqualTo(6.0);
  }

  @Test
  void afterARestartNothingCountsAsWatchedBefore() {
    SliceClock clock = new SliceClock(0);
    Activity activity = new Activity(clock);
    clock.advance(1_000 * SECOND);
    clock.restart();
    clock.advance(1_002 * SECOND);

    assertThat(activity.recent().spanNanos()).isEqualTo(2 * SECOND);
  }
}
