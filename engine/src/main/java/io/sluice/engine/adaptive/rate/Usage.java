package io.sluice.engine.adaptive.rate;

/**
 * Whether what a rate gives out is used: at least four fifths of it, over samples of at least a
 * second and ten grants' worth. Nobody learns what more would do from a rate that is not used.
 *
 * <p>Time in which nothing may start is not told here, so that it does not look like rest.
 */
final class Usage {
  private static final double LEAST_SHARE = 0.8;
  private static final double LEAST_SECONDS = 1;
  private static final double LEAST_GRANTS = 10;
  private static final double SMOOTHING = 0.1;

  private double seconds;
  private double offered;
  private double granted;
  private double permitsPerGrant = 1;
  private double sampleSeconds;
  private boolean used;

  void granted(long permits) {
    granted += permits;
    permitsPerGrant += SMOOTHING * (Math.max(1, permits) - permitsPerGrant);
  }

  /** What was granted was not used. */
  void unused(long permits) {
    granted = Math.max(0, granted - permits);
  }

  /** A rate was offered for a time; returns whether a sample ended with it. */
  boolean offered(double permitsPerSecond, double forSeconds) {
    seconds += forSeconds;
    offered += permitsPerSecond * forSeconds;
    if (seconds < LEAST_SECONDS || offered < LEAST_GRANTS * permitsPerGrant) {
      return false;
    }
    used = granted >= LEAST_SHARE * offered;
    sampleSeconds = seconds;
    seconds = 0;
    offered = 0;
    granted = 0;
    return true;
  }

  /** Returns how long the last sample took, in seconds. */
  double sampleSeconds() {
    return sampleSeconds;
  }

  /** Returns whether the last sample was used; false before the first. */
  boolean used() {
    return used;
  }
}
