package io.sluice.engine.adaptive.concurrency;

/**
 * The pieces of work that began within one stretch of time, whenever they end.
 *
 * <p>Chosen by when they began: the first that end are the shortest, not a sample. Their latency is
 * summed up by its root, which weighs a long tail less than the mean does and the many short pieces
 * less than the median does.
 */
final class Cohort {
  private final long openedNanos;
  private long closedNanos = Long.MAX_VALUE;
  private boolean closed;
  private long started;
  private long full;
  private long peak;
  private long ended;
  private long samples;
  private long dropped;
  private double sumOfRoots;
  private double sumNanos;

  Cohort(long nowNanos) {
    openedNanos = nowNanos;
  }

  void started(long inFlight, boolean isFull) {
    started++;
    peak = Math.max(peak, inFlight);
    if (isFull) {
      full++;
    }
  }

  void close(long nowNanos) {
    closed = true;
    closedNanos = nowNanos;
  }

  /** Counts an ending, if it is of a piece of this cohort. */
  void ended(Ending ending, long startedNanos, long nowNanos) {
    boolean ours =
        startedNanos - openedNanos >= 0
            && (!closed || startedNanos - closedNanos <= 0)
            && ended < started;
    if (!ours) {
      return;
    }
    ended++;
    if (ending == Ending.SERVED) {
      samples++;
      double nanos = Math.max(1.0, (double) (nowNanos - startedNanos));
      sumOfRoots += Math.sqrt(nanos);
      sumNanos += nanos;
    } else if (ending == Ending.DROPPED) {
      dropped++;
    }
  }

  /** Counts what has not ended by now as if it had: it is at least that long. */
  void cutOff(long nowNanos) {
    long missing = started - ended;
    double nanos =
        Math.max(1.0, (double) (nowNanos - (openedNanos + (closedNanos - openedNanos) / 2)));
    samples += missing;
    ended += missing;
    sumOfRoots += missing * Math.sqrt(nanos);
    sumNanos += missing * nanos;
  }

  /** Returns whether all has ended. */
  boolean isComplete() {
    return ended >= started;
  }

  /** Returns the pieces of which the end said something. */
  long answers() {
    return samples + dropped;
  }

  long openedNanos() {
    return openedNanos;
  }

  long closedNanos() {
    return closedNanos;
  }

  long started() {
    return started;
  }

  long ended() {
    return ended;
  }

  long samples() {
    return samples;
  }

  long peak() {
    return peak;
  }

  /** Returns the share of the pieces that found the limit full with themselves. */
  double fullShare() {
    return started == 0 ? 0 : (double) full / started;
  }

  long dropped() {
    return dropped;
  }

  /** Returns the share of what began that was dropped by now. */
  double dropShare() {
    return started == 0 ? 0 : (double) dropped / started;
  }

  /** Returns the mean of the roots of the latencies. */
  double meanRoot() {
    return sumOfRoots / samples;
  }

  double meanNanos() {
    return sumNanos / samples;
  }

  /** Returns the variance of the roots, relative to the square of their mean. */
  double variance() {
    double root = meanRoot();
    return Math.max(0, meanNanos() / (root * root) - 1);
  }
}
