package io.sluice.engine.adaptive.rate;

/**
 * The course of a rate after a cut: back to a plateau as a cubic, fast at first and slow near it,
 * then above it, slow at first and faster with every step. Time is counted in steps of a tenth of
 * the recovery, a second by default.
 *
 * <pre>
 *   t &lt; 10   plateau · (β + (1 − β)(1 − (1 − t/10)³))
 *   t ≥ 10   plateau · exp ∫ min(0.1, 0.01 · 2^((t − 10)/10))
 * </pre>
 */
final class Curve {
  /** Steps from a cut to the plateau. */
  static final double RECOVERY_STEPS = 10;

  private static final double FIRST = 0.01;
  private static final double MOST = 0.1;
  private static final double DOUBLING_STEPS = 10;

  /** Integral of the growth per step of growth that doubles, at its beginning. */
  private static final double UNIT = FIRST * DOUBLING_STEPS / Math.log(2);

  /** When growth has doubled so often that it is the most. */
  private static final double MOST_AT = DOUBLING_STEPS * Math.log(MOST / FIRST) / Math.log(2);

  private double plateau;
  private double backoff;

  /** Steps of the recovery that passed, up to {@value #RECOVERY_STEPS}. */
  private double recovered;

  /** Steps that passed since, while growth was allowed. */
  private double probed;

  Curve(double backoff) {
    this.backoff = backoff;
  }

  void backoff(double newBackoff) {
    backoff = newBackoff;
  }

  /** Begins at {@code backoff} of a plateau. */
  void cutTo(double newPlateau) {
    plateau = newPlateau;
    recovered = 0;
    probed = 0;
  }

  /** Begins at a plateau. */
  void restAt(double newPlateau) {
    plateau = newPlateau;
    recovered = RECOVERY_STEPS;
    probed = 0;
  }

  /** Goes on at a rate from {@code backoff} of a plateau up to it. */
  void resume(double rate, double newPlateau) {
    plateau = newPlateau;
    double missing = (1 - rate / newPlateau) / (1 - backoff);
    recovered = RECOVERY_STEPS * (1 - Math.cbrt(Math.max(0, Math.min(1, missing))));
    probed = 0;
  }

  /** Lets steps pass; above the plateau only if it may grow. */
  void pass(double steps, boolean grows) {
    double left = RECOVERY_STEPS - recovered;
    if (steps < left) {
      recovered += steps;
      return;
    }
    recovered = RECOVERY_STEPS;
    if (grows) {
      probed += steps - left;
    }
  }

  double plateau() {
    return plateau;
  }

  double rate() {
    if (recovered < RECOVERY_STEPS) {
      double left = 1 - recovered / RECOVERY_STEPS;
      return plateau * (1 - (1 - backoff) * left * left * left);
    }
    if (probed == 0) {
      return plateau;
    }
    double doubling = Math.min(probed, MOST_AT);
    double growth = UNIT * (Math.pow(2, doubling / DOUBLING_STEPS) - 1);
    return plateau * Math.exp(growth + MOST * (probed - doubling));
  }
}
