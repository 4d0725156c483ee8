package io.sluice.client.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final AtomicLong now = new AtomicLong();
  private final Progress progress = Progress.of(10, now::get);
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);

  @Test
  void s2_08_countsWhatBeganAndHowItEnded() {
    List<ProgressReading> told = new ArrayList<>();
    progress.onChange(
        reading -> {
          throw new IllegalStateException("a bad listener");
        });
    progress.onChange(told::add);
    progress.start(3);
    now.addAndGet(Duration.ofSeconds(4).toNanos());
    progress.succeed(1);
    progress.fail(1);

    ProgressReading reading = progress.read();
    assertThat(reading.inProgress()).isEqualTo(1);
    assertThat(reading.completed()).isEqualTo(1);
    assertThat(reading.failed()).isEqualTo(1);
    assertThat(reading.percent()).isEqualTo(20.0);
    assertThat(reading.successRate()).isEqualTo(0.5);
    assertThat(reading.ratePerSecond()).isEqualTo(0.5);
    assertThat(reading.eta()).contains(Duration.ofSeconds(16));
    assertThat(told).hasSize(3).last().isEqualTo(reading);
  }

  @Test
  void nothingBegunIsNothingMeasured() {
    ProgressReading reading = progress.read();
    assertThat(reading.percent()).isZero();
    assertThat(reading.ratePerSecond()).isZero();
    assertThat(reading.eta()).isEmpty();
    assertThat(Progress.of(0).read().isDone()).isTrue();
    assertThatThrownBy(() -> progress.start(-1))
        .hasMessage("items must not be negative but was -1");
  }

  @Test
  void totalMayBeUnknown() {
    Progress unknown = Progress.ofUnknown();
    unknown.start(5);
    unknown.succeed(5);
    assertThat(unknown.read().percent()).isZero();
    assertThat(unknown.read().isDone()).isFalse();
    assertThat(unknown.read().eta()).isEmpty();
  }

  @Test
  void terminalBarIsDrawnOverItself() {
    try (ProgressBar bar = ProgressBar.terminal(out)) {
      progress.onChange(bar);
      work(10);
    }
    String text = written.toString(StandardCharsets.UTF_8);
    assertThat(text).startsWith("\r[").endsWith(System.lineSeparator());
    assertThat(text.split("\r")).as("at most ten times a second").hasSizeLessThan(9);
    assertThat(text).contains("] 100.0 % 10/10, 20.0/s, 1 failed, 0:00 left");
  }

  @Test
  void elsewhereEveryTenthIsALine() {
    Progress large = Progress.of(1000, now::get);
    try (ProgressBar bar = ProgressBar.plain(out)) {
      large.onChange(bar);
      for (int i = 0; i < 1000; i++) {
        large.start(1);
        large.succeed(1);
      }
    }
    assertThat(written.toString(StandardCharsets.UTF_8).lines()).hasSize(10);
  }

  private void work(int items) {
    progress.start(items);
    for (int i = 0; i < items; i++) {
      now.addAndGet(Duration.ofMillis(50).toNanos());
      if (i == 3) {
        progress.fail(1);
      } else {
        progress.succeed(1);
      }
    }
  }
}
