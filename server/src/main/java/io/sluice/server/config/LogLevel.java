package io.sluice.server.config;

/** The least severe messages that are logged. */
public enum LogLevel {
  /** Nothing is logged. */
  OFF,
  /** What needs somebody. */
  ERROR,
  /** What may come to need somebody. */
  WARN,
  /** What happened. */
  INFO,
  /** What a developer wants to know. */
  DEBUG,
  /** Everything. */
  TRACE
}
