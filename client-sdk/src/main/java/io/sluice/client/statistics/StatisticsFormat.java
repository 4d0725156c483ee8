package io.sluice.client.statistics;

/** How a snapshot is written for other programs. */
public enum StatisticsFormat {
  /** One object; durations are numbers of seconds, and their names end in {@code _seconds}. */
  JSON,
  /** RFC 4180, a line for each number: scope, name, figure, detail, value. */
  CSV,
  /** The text format of Prometheus, 0.0.4. */
  PROMETHEUS
}
