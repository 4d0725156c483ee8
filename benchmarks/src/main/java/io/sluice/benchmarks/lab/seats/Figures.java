package io.sluice.benchmarks.lab.seats;

import org.HdrHistogram.Histogram;

/** What a phase of a run showed. */
final class Figures {
  private static final double SETTLED_SECONDS = 30;

  final Phase phase;
  private final double capacity;
  private final Histogram latency = new Histogram(2);
  private final long beginNanos;
  private long offered;
  private long offeredLate;
  private long refusedLate;
  private long good;
  private double limitSum;
  private double lastSum;
  private double earlySum;
  private double lastNanos;
  private double earlyNanos;
  private long highest;
  private long highestAtEnd;

  Figures(Phase phase, double capacity, long beginNanos) {
    this.phase = phase;
    this.capacity = capacity;
    this.beginNanos = beginNanos;
  }

  void arrived(boolean refused, long nowNanos) {
    offered++;
    if (nowNanos - beginNanos >= SETTLED_SECONDS * 1e9) {
      offeredLate++;
      if (refused) {
        refusedLate++;
      }
    }
  }

  void ended(long latencyNanos, boolean isGood) {
    latency.recordValue(Math.max(1, latencyNanos));
    if (isGood) {
      good++;
    }
  }

  void limit(long limit, long fromNanos, long toNanos) {
    double nanos = toNanos - fromNanos;
    limitSum += limit * nanos;
    highest = Math.max(highest, limit);
    double since = (fromNanos - beginNanos) / 1e9;
    if (since >= phase.seconds() * 0.9) {
      lastSum += limit * nanos;
      lastNanos += nanos;
      highestAtEnd = Math.max(highestAtEnd, limit);
    } else if (since >= phase.seconds() * 0.1 && since < phase.seconds() * 0.2) {
      earlySum += limit * nanos;
      earlyNanos += nanos;
    }
  }

  /** Returns the good replies, as a share of what was offered or could be done, the lesser. */
  double goodput() {
    double expected =
        phase.load() < 1 ? offered : capacity * phase.seconds();
    return good / expected;
  }

  double p99Millis() {
    return latency.getValueAtPercentile(99) / 1e6;
  }

  double meanLimit() {
    return limitSum / (phase.seconds() * 1e9);
  }

  /** Returns the mean limit over the last tenth of the phase. */
  double lastLimit() {
    return lastSum / lastNanos;
  }

  /** Returns the mean limit of the last tenth over that of the second. */
  double drift() {
    return lastLimit() / (earlySum / earlyNanos);
  }

  long highestLimit() {
    return highest;
  }

  /** Returns the highest limit over the last tenth of the phase. */
  long highestAtEnd() {
    return highestAtEnd;
  }

  /** Returns the share of what came after the first 30 s and was refused. */
  double refusedLate() {
    return offeredLate == 0 ? 0 : (double) refusedLate / offeredLate;
  }
}
