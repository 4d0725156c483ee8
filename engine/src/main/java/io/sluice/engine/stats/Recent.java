package io.sluice.engine.stats;

import io.sluice.engine.model.Outcome;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a limit or a resource counted in the last minute. Everything is 0 when nothing was; no ratio
 * is ever anything but a number in [0, 1].
 *
 * @param spanNanos how much time that is: 55 s..60 s, or less if it is not there for so long
 * @param granted acquires granted
 * @param permits permits granted
 * @param denied acquires denied
 * @param expired leases that ran out
 * @param outcomes ended work; only outcomes that occurred
 * @param waiting how long those waited that had to and were granted
 * @param holding how long leases were held that ended
 * @param latency how long work took, as it was told; as long as the lease was held if it was not
 */
public record Recent(
    long spanNanos,
    long granted,
    long permits,
    long denied,
    long expired,
    Map<Outcome, Long> outcomes,
    Distribution waiting,
    Distribution holding,
    Distribution latency) {
  private static final long SHORTEST_SPAN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Returns work that succeeded. */
  public long completed() {
    return count(Outcome.SUCCESS);
  }

  /** Returns work that failed by itself or did not finish within its time. */
  public long failed() {
    return count(Outcome.ERROR) + count(Outcome.TIMEOUT);
  }

  /** Returns work that a provider refused because of its own limit. */
  public long throttled() {
    return count(Outcome.THROTTLED);
  }

  /**
   * Returns work that was tried: it succeeded, failed or was throttled. What was cancelled, unused
   * or abandoned says nothing of how work goes.
   */
  public long tried() {
    return completed() + failed() + throttled();
  }

  /** Returns the share of what was tried that succeeded. */
  public double successRatio() {
    return share(completed());
  }

  /** Returns the share of what was tried that failed. */
  public double errorRatio() {
    return share(failed());
  }

  /** Returns the share of what was tried that was throttled. */
  public double throttledRatio() {
    return share(throttled());
  }

  /** Returns how many acquires were granted in a second. */
  public double grantedPerSecond() {
    return perSecond(granted);
  }

  /** Returns how many permits were granted in a second. */
  public double permitsPerSecond() {
    return perSecond(permits);
  }

  /** Returns how many acquires were denied in a second. */
  public double deniedPerSecond() {
    return perSecond(denied);
  }

  /** Returns how much work succeeded in a second. */
  public double completedPerSecond() {
    return perSecond(completed());
  }

  /** Until there has been a whole second, what was counted counts as that of one. */
  private double perSecond(long count) {
    return count * 1e9 / Math.max(SHORTEST_SPAN_NANOS, spanNanos);
  }

  private double share(long part) {
    long tried = tried();
    return tried == 0 ? 0 : (double) part / tried;
  }

  private long count(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0L);
  }
}
