package io.sluice.engine.scenario;

import java.util.Map;

/**
 * What came out of a run.
 *
 * @param load the factor on its arrivals
 * @param recordings by the name of the clients
 */
record Results(
    Scenario scenario,
    Scenario.Variant variant,
    double load,
    Map<String, Recording> recordings,
    Holdings holdings) {

  Recording of(String clients) {
    return recordings.get(clients);
  }

  Recording all() {
    return of(Scenario.ALL);
  }

  /** Returns how long it was counted. */
  double seconds() {
    return (scenario.durationNanos() - scenario.warmUpNanos()) / 1e9;
  }
}
