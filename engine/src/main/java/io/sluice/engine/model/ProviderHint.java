package io.sluice.engine.model;

import org.jspecify.annotations.Nullable;

/**
 * What the provider of a service said in its answer about when to ask again.
 *
 * @param retryAfterNanos how long to stay away, 0..366 d; {@link #UNKNOWN} = it did not say. What
 *     is beyond 10 min counts as that.
 * @param requests what is left of requests; null = it did not say
 * @param tokens what is left of tokens, of which demands are estimates; null = it did not say
 */
public record ProviderHint(long retryAfterNanos, @Nullable Left requests, @Nullable Left tokens) {
  /** In place of a time: it did not say. */
  public static final long UNKNOWN = -1;

  /** It said nothing. */
  public static final ProviderHint NONE = new ProviderHint(UNKNOWN, null, null);

  /** Checks the bounds. */
  public ProviderHint {
    Bounds.requireRange(
        "retry_after nanoseconds", retryAfterNanos, UNKNOWN, Bounds.MAX_LATENCY_NANOS);
  }

  /** It said how long to stay away. */
  public static ProviderHint retryAfter(long nanos) {
    return new ProviderHint(nanos, null, null);
  }

  /** It said how many requests are left, and for how long. */
  public static ProviderHint requestsLeft(long remaining, long resetNanos) {
    return new ProviderHint(UNKNOWN, new Left(remaining, resetNanos), null);
  }

  /** Returns whether it said how long to stay away. */
  public boolean tellsRetryAfter() {
    return retryAfterNanos != UNKNOWN;
  }

  /**
   * What is left until a provider counts anew.
   *
   * @param remaining how much, 0..2^40
   * @param resetNanos how long until then, 0..366 d
   */
  public record Left(long remaining, long resetNanos) {
    /** Checks the bounds. */
    public Left {
      Bounds.requireRange("remaining", remaining, 0, Bounds.MAX_PERMITS);
      Bounds.requireRange("reset nanoseconds", resetNanos, 0, Bounds.MAX_LATENCY_NANOS);
    }
  }
}
