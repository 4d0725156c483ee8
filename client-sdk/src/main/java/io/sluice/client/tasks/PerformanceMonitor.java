package io.sluice.client.tasks;

import io.sluice.client.ConcurrencyException;
import io.sluice.client.NanoClock;
import io.sluice.client.internal.Checks;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Measures requests of this process over a window that moves: how many, how long, how many failed.
 * What is older than the window no longer counts, slice by slice. Thread-safe.
 *
 * <pre>{@code
 * PerformanceMonitor monitor = PerformanceMonitor.ofLastMinute();
 * String page = monitor.time(() -> fetch(url));
 * double errors = monitor.metrics().errorRatio();
 * }</pre>
 *
 * <p>It measures what callers see, their own time included. What the server counts, over all
 * processes, is in {@link io.sluice.client.SluiceClient#statistics}.
 */
public final class PerformanceMonitor {
  private static final int SLICES = 60;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final NanoClock clock;
  private final long sliceNanos;
  private final long madeNanos;

  // Guarded by this.
  private final @Nullable Slice[] slices = new @Nullable Slice[SLICES];
  private int active;
  private long totalCount;
  private long totalFailed;

  /** What ended in one part of the window. */
  private static final class Slice {
    private final long number;
    private final TimeHistogram times = new TimeHistogram();
    private long count;
    private long failed;
    private long rateLimitHits;
    private long nanos;

    Slice(long number) {
      this.number = number;
    }
  }

  /**
   * A monitor.
   *
   * @param window how far it looks back, 1 s..24 h
   * @param clock that it measures with
   * @throws IllegalArgumentException if the window is outside its bounds
   */
  public PerformanceMonitor(Duration window, NanoClock clock) {
    Checks.inRange("window", window, Duration.ofSeconds(1), Checks.DAY);
    this.clock = clock;
    this.sliceNanos = window.toNanos() / SLICES;
    this.madeNanos = clock.nanoTime();
  }

  /**
   * A monitor that looks back one minute.
   *
   * @return a new one
   */
  public static PerformanceMonitor ofLastMinute() {
    return new PerformanceMonitor(MINUTE, NanoClock.system());
  }

  /**
   * Counts a request that has ended.
   *
   * @param elapsed how long it took; negative counts as zero
   * @param success whether it succeeded
   */
  public synchronized void record(Duration elapsed, boolean success) {
    Slice slice = present();
    slice.count++;
    slice.nanos += Math.max(0, elapsed.toNanos());
    slice.times.add(elapsed);
    totalCount++;
    if (!success) {
      slice.failed++;
      totalFailed++;
    }
  }

  /** Counts a request that a limit refused, and that therefore did not begin. */
  public synchronized void recordRateLimitHit() {
    present().rateLimitHits++;
  }

  /**
   * Runs a request and counts it. A denial that it throws counts as one more that a limit refused.
   *
   * @param <T> what it returns
   * @param request what is measured
   * @return what it returned
   * @throws Exception what it threw
   */
  public <T> T time(Callable<T> request) throws Exception {
    long began = clock.nanoTime();
    begin(1);
    boolean success = false;
    try {
      T value = request.call();
      success = true;
      return value;
    } catch (ConcurrencyException denied) {
      recordRateLimitHit();
      throw denied;
    } finally {
      begin(-1);
      record(Duration.ofNanos(clock.nanoTime() - began), success);
    }
  }

  /**
   * How requests went.
   *
   * @return a snapshot
   */
  public synchronized PerformanceMetrics metrics() {
    Slice sum = new Slice(0);
    long oldest = number() - SLICES;
    for (Slice slice : slices) {
      if (slice != null && slice.number > oldest) {
        sum.count += slice.count;
        sum.failed += slice.failed;
        sum.rateLimitHits += slice.rateLimitHits;
        sum.nanos += slice.nanos;
        sum.times.addAll(slice.times);
      }
    }
    long count = sum.count;
    double errorRatio = count == 0 ? 0 : (double) sum.failed / count;
    return new PerformanceMetrics(
        count,
        sum.failed,
        count == 0 ? 0 : 1 - errorRatio,
        errorRatio,
        Duration.ofNanos(count == 0 ? 0 : sum.nanos / count),
        sum.times.quantile(0.5),
        sum.times.quantile(0.95),
        sum.times.quantile(0.99),
        count / spanSeconds(),
        active,
        sum.rateLimitHits,
        totalCount,
        totalFailed);
  }

  private synchronized void begin(int more) {
    active += more;
  }

  private Slice present() {
    long number = number();
    int place = (int) (number % SLICES);
    Slice slice = slices[place];
    if (slice == null || slice.number != number) {
      slice = new Slice(number);
      slices[place] = slice;
    }
    return slice;
  }

  private long number() {
    return Math.max(0, clock.nanoTime() - madeNanos) / sliceNanos;
  }

  private double spanSeconds() {
    long age = clock.nanoTime() - madeNanos;
    return Math.max(1, Math.min(age, sliceNanos * SLICES) / 1e9);
  }
}
