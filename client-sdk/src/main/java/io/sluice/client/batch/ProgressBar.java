package io.sluice.client.batch;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Shows progress on a terminal as a bar that moves, and elsewhere as a line for every tenth.
 *
 * <pre>{@code
 * try (ProgressBar bar = ProgressBar.plain(out)) {
 *   progress.onChange(bar);
 *   processor.process(cards).forEach(result -> {});
 * }
 * }</pre>
 *
 * <p>Writes only to what it is given. Thread-safe.
 */
public final class ProgressBar implements Consumer<ProgressReading>, AutoCloseable {
  private static final int CELLS = 30;
  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final double STEP_PERCENT = 10;

  private final PrintStream out;
  private final boolean isTerminal;
  private Duration drawnAt = REDRAW.negated(); // guarded by this
  private double nextPercent = STEP_PERCENT; // guarded by this
  private long shownEnded = -1; // guarded by this
  private boolean isOpenLine; // guarded by this

  private ProgressBar(PrintStream out, boolean isTerminal) {
    this.out = out;
    this.isTerminal = isTerminal;
  }

  /**
   * A bar that is drawn over itself, at most ten times a second.
   *
   * @param out a terminal
   * @return the bar
   */
  public static ProgressBar terminal(PrintStream out) {
    return new ProgressBar(out, true);
  }

  /**
   * A line for every tenth of the total; none where that is not known.
   *
   * @param out a file or a pipe
   * @return the bar
   */
  public static ProgressBar plain(PrintStream out) {
    return new ProgressBar(out, false);
  }

  @Override
  public synchronized void accept(ProgressReading reading) {
    if (reading.ended() <= shownEnded) {
      return; // told late by another thread
    }
    if (isTerminal) {
      if (reading.isDone() || reading.elapsed().minus(drawnAt).compareTo(REDRAW) >= 0) {
        drawnAt = reading.elapsed();
        shownEnded = reading.ended();
        out.print("\r" + text(reading));
        out.flush();
        isOpenLine = true;
      }
    } else if (reading.percent() >= nextPercent) {
      nextPercent = (Math.floor(reading.percent() / STEP_PERCENT) + 1) * STEP_PERCENT;
      shownEnded = reading.ended();
      out.println(text(reading));
    }
  }

  /** Ends the line. */
  @Override
  public synchronized void close() {
    if (isOpenLine) {
      out.println();
      isOpenLine = false;
    }
  }

  private static String text(ProgressReading reading) {
    StringBuilder text = new StringBuilder();
    if (reading.total().isPresent()) {
      int full = (int) (CELLS * reading.percent() / 100);
      text.append('[').append("#".repeat(full)).append("-".repeat(CELLS - full)).append("] ");
      text.append(String.format(Locale.ROOT, "%5.1f %% ", reading.percent()));
      text.append(reading.ended()).append('/').append(reading.total().getAsLong());
    } else {
      text.append(reading.ended()).append(" done");
    }
    text.append(String.format(Locale.ROOT, ", %.1f/s", reading.ratePerSecond()));
    if (reading.failed() > 0) {
      text.append(", ").append(reading.failed()).append(" failed");
    }
    reading
        .eta()
        .ifPresent(
            eta ->
                text.append(
                    String.format(
                        Locale.ROOT, ", %d:%02d left", eta.toMinutes(), eta.toSecondsPart())));
    return text.toString();
  }
}
