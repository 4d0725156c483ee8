package io.sluice.engine.alert;

/** A figure that alerts are about. */
public enum AlertMetric {
  /** The share of the work of the last minute that failed; fewer than 20 say nothing. */
  ERROR_RATIO("error_ratio"),
  /** How long work of the last minute took on average, in seconds; fewer than 20 say nothing. */
  MEAN_LATENCY("mean_latency"),
  /** The share of the heap that was in use after the last collection. */
  HEAP("heap"),
  /** The share of the processors that the process used. */
  CPU("cpu");

  private final String id;

  AlertMetric(String id) {
    this.id = id;
  }

  /** Returns its name for people and in the configuration. */
  public String id() {
    return id;
  }
}
