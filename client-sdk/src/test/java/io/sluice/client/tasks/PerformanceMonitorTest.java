package io.sluice.client.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PerformanceMonitorTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L); // wraps
  private final PerformanceMonitor monitor =
      new PerformanceMonitor(Duration.ofMinutes(1), nanos::get);

  @Test
  void s0_19_ratiosAndMeanOfWhatWasRecorded() {
    monitor.record(Duration.ofMillis(100), true);
    monitor.record(Duration.ofMillis(200), true);
    monitor.record(Duration.ofMillis(300), true);
    monitor.record(Duration.ofMillis(400), false);

    PerformanceMetrics metrics = monitor.metrics();
    assertThat(metrics.successRatio()).isEqualTo(0.75);
    assertThat(metrics.errorRatio()).isEqualTo(0.25);
    assertThat(metrics.meanTime()).isEqualTo(Duration.ofMillis(250));
    assertThat(metrics.count()).isEqualTo(4);
    assertThat(metrics.failed()).isOne();
    assertThat((double) metrics.p50().toMillis()).isCloseTo(200, within(8.0));
    assertThat((double) metrics.p99().toMillis()).isCloseTo(400, within(16.0));
    assertThat(metrics.perSecond()).as("of at least a second").isEqualTo(4);
  }

  @Test
  void s0_20_emptyWindowIsZeroEverywhere() {
    assertThat(monitor.metrics())
        .isEqualTo(
            new PerformanceMetrics(
                0,
                0,
                0,
                0,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                0,
                0,
                0,
                0,
                0));
  }

  @Test
  void s0_20_whatIsOlderThanTheWindowDecays() {
    monitor.record(Duration.ofMillis(100), false);
    monitor.recordRateLimitHit();
    advance(30);
    monitor.record(Duration.ofMillis(300), true);
    assertThat(monitor.metrics().count()).isEqualTo(2);
    assertThat(monitor.metrics().rateLimitHits()).isOne();

    advance(30);
    PerformanceMetrics half = monitor.metrics();
    assertThat(half.count()).isOne();
    assertThat(half.errorRatio()).isZero();
    assertThat(half.meanTime()).isEqualTo(Duration.ofMillis(300));
    assertThat(half.rateLimitHits()).isZero();
    assertThat(half.perSecond()).isCloseTo(1 / 60.0, within(1e-9));

    advance(30);
    assertThat(monitor.metrics().count()).isZero();
    assertThat(monitor.metrics().totalCount()).isEqualTo(2);
    assertThat(monitor.metrics().totalFailed()).isOne();
  }

  @Test
  void slicesAreUsedAgainWithoutWhatTheyHeld() {
    for (int second = 0; second < 300; second++) {
      monitor.record(Duration.ofMillis(10), second % 2 == 0);
      advance(1);
    }
    assertThat(monitor.metrics().count()).isEqualTo(59); // the present second is still empty
    assertThat(monitor.metrics().totalCount()).isEqualTo(300);
    assertThat(monitor.metrics().perSecond()).isCloseTo(1, within(0.02));
  }

  @Test
  void timingCountsWhatIsUnderWayAndWhatFailed() throws Exception {
    String value =
        monitor.time(
            () -> {
              assertThat(monitor.metrics().active()).isOne();
              nanos.addAndGet(Duration.ofMillis(70).toNanos());
              return "done";
            });
    assertThat(value).isEqualTo("done");
    assertThatThrownBy(
            () ->
                monitor.time(
                    () -> {
                      throw new IllegalStateException("failed");
                    }))
        .hasMessage("failed");

    PerformanceMetrics metrics = monitor.metrics();
    assertThat(metrics.active()).isZero();
    assertThat(metrics.count()).isEqualTo(2);
    assertThat(metrics.failed()).isOne();
    assertThat(metrics.meanTime()).isEqualTo(Duration.ofMillis(35));
  }

  private void advance(int seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }
}
