package io.sluice.engine.adaptive.concurrency;

/** What the end of a piece of work says about the service. */
public enum Ending {
  /** It was served: its latency counts. */
  SERVED,
  /** The service had too much to do: a timeout, a refusal because of a limit or of overload. */
  DROPPED,
  /** It says nothing: cancelled, unused, or failed by itself. */
  IGNORED
}
