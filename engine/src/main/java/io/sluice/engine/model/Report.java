package io.sluice.engine.model;

/**
 * How work ended that no lease was held for.
 *
 * @param demand what it used; its permits do not matter
 * @param outcome how it ended
 * @param latencyNanos how long it took, 0..366 d; -1 = not told
 * @param hint what its provider said
 */
public record Report(Demand demand, Outcome outcome, long latencyNanos, ProviderHint hint) {
  /** Checks the bounds. */
  public Report {
    Bounds.requireRange("latency nanoseconds", latencyNanos, -1, Bounds.MAX_LATENCY_NANOS);
  }

  /** A report that tells nothing but the outcome. */
  public static Report of(String resource, Outcome outcome) {
    return new Report(Demand.of(resource), outcome, -1, ProviderHint.NONE);
  }

  /** The same report, with how long the work took. */
  public Report withLatency(long nanos) {
    return new Report(demand, outcome, nanos, hint);
  }

  /** The same report, with what the provider said. */
  public Report withHint(ProviderHint newHint) {
    return new Report(demand, outcome, latencyNanos, newHint);
  }
}
