package io.sluice.engine.provider;

import org.jspecify.annotations.Nullable;

/**
 * What the headers of an answer say.
 *
 * @param requests what is left of requests; null = nothing usable was said
 * @param tokens what is left of tokens; null = nothing usable was said
 * @param retryAfter when the provider wants to be asked again
 */
public record ProviderAnswer(
    @Nullable Budget requests, @Nullable Budget tokens, RetryAfter retryAfter) {
  /** Nothing. */
  public static final ProviderAnswer NOTHING = new ProviderAnswer(null, null, RetryAfter.ABSENT);

  /** Returns what is left of what a limit counts; null = nothing usable was said. */
  public @Nullable Budget budget(Counted counted) {
    return counted == Counted.REQUESTS ? requests : tokens;
  }

  /** What the permits of a limit stand for at the provider. */
  public enum Counted {
    /** A permit is a request. */
    REQUESTS,
    /** A permit is a token. */
    TOKENS
  }
}
