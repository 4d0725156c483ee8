package io.sluice.client.batch;

import io.sluice.client.NanoClock;
import io.sluice.client.internal.Listeners;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Counts items as they begin and end, and tells listeners how far it is. Thread-safe.
 *
 * <pre>{@code
 * Progress progress = Progress.of(cards.size());
 * progress.onChange(reading -> log(reading.percent()));
 * }</pre>
 */
public final class Progress {
  private final OptionalLong total;
  private final NanoClock clock;
  private final Listeners<Consumer<ProgressReading>> listeners = new Listeners<>();
  private long began; // guarded by this, as are those below
  private long completed;
  private long failed;
  private long firstNanos;

  private Progress(OptionalLong total, NanoClock clock) {
    this.total = total;
    this.clock = clock;
  }

  /**
   * Of a number of items.
   *
   * @param total 0 or more
   * @return the progress, with nothing begun
   * @throws IllegalArgumentException if it is negative
   */
  public static Progress of(long total) {
    return of(total, NanoClock.system());
  }

  /**
   * Of a number of items, measured with another clock than the machine's.
   *
   * @param total 0 or more
   * @param clock read when items begin and end
   * @return the progress, with nothing begun
   * @throws IllegalArgumentException if it is negative
   */
  public static Progress of(long total, NanoClock clock) {
    return new Progress(OptionalLong.of(notNegative("total", total)), clock);
  }

  /**
   * Of nobody knows how many.
   *
   * @return the progress, with nothing begun
   */
  public static Progress ofUnknown() {
    return new Progress(OptionalLong.empty(), NanoClock.system());
  }

  /**
   * Tells a listener of every change from now on, in the thread that makes it. What it throws is
   * logged.
   *
   * @param listener best quick
   * @throws IllegalStateException if there are sixteen already
   */
  public void onChange(Consumer<ProgressReading> listener) {
    listeners.add(listener);
  }

  /**
   * Items begin.
   *
   * @param items 0 or more
   * @throws IllegalArgumentException if it is negative
   */
  public void start(long items) {
    change(notNegative("items", items), 0, 0);
  }

  /**
   * Items have succeeded.
   *
   * @param items 0 or more of those that began
   * @throws IllegalArgumentException if it is negative
   */
  public void succeed(long items) {
    change(0, notNegative("items", items), 0);
  }

  /**
   * Items have failed.
   *
   * @param items 0 or more of those that began
   * @throws IllegalArgumentException if it is negative
   */
  public void fail(long items) {
    change(0, 0, notNegative("items", items));
  }

  /**
   * How far it is.
   *
   * @return a snapshot
   */
  public synchronized ProgressReading read() {
    long ended = completed + failed;
    long nanos = began == 0 ? 0 : clock.nanoTime() - firstNanos;
    double rate = nanos <= 0 ? 0 : ended * 1e9 / nanos;
    long left = total.isPresent() ? Math.max(0, total.getAsLong() - ended) : 0;
    return new ProgressReading(
        total,
        Math.max(0, began - ended),
        completed,
        failed,
        total.isPresent() ? percent(ended, total.getAsLong()) : 0,
        ended == 0 ? 0 : (double) completed / ended,
        rate,
        Duration.ofNanos(nanos),
        total.isPresent() && rate > 0
            ? Optional.of(Duration.ofMillis((long) (left * 1000 / rate)))
            : Optional.empty());
  }

  private void change(long starts, long successes, long failures) {
    if (starts + successes + failures == 0) {
      return;
    }
    ProgressReading reading;
    synchronized (this) {
      if (began == 0) {
        firstNanos = clock.nanoTime();
      }
      began += starts;
      completed += successes;
      failed += failures;
      reading = read();
    }
    listeners.tell(listener -> listener.accept(reading));
  }

  private static double percent(long ended, long total) {
    return total == 0 ? 100 : Math.min(100, 100.0 * ended / total);
  }

  private static long notNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must not be negative but was " + value);
    }
    return value;
  }
}
