package io.sluice.engine.adaptive.rate;

/**
 * How long answers take: an estimate of the 95th percentile in one number. Each delay above it
 * raises it by a fifth, each below lowers it by a nineteenth of that, so that it rests where one of
 * twenty is above.
 */
final class Delay {
  private static final double STEP = 0.2;
  private static final double ABOVE = 0.05;
  private static final double LEAST_SECONDS = 1e-3;
  private static final double MOST_SECONDS = 600;

  private double seconds;

  /** Takes a delay in; less than 0 = not known. */
  void observe(long nanos) {
    if (nanos < 0) {
      return;
    }
    double sample = Math.max(LEAST_SECONDS, Math.min(MOST_SECONDS, nanos / 1e9));
    if (seconds == 0) {
      seconds = sample;
    } else if (sample > seconds) {
      seconds = Math.min(sample, seconds * (1 + STEP));
    } else {
      seconds = Math.max(sample, seconds * (1 - STEP * ABOVE / (1 - ABOVE)));
    }
  }

  /** Returns the estimate; 0 = none yet. */
  double seconds() {
    return seconds;
  }
}
