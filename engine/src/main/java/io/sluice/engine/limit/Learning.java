package io.sluice.engine.limit;

import io.sluice.engine.adaptive.concurrency.ConcurrencyRules;
import io.sluice.engine.adaptive.rate.RateRules;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.model.InvalidArgumentException;
import org.jspecify.annotations.Nullable;

/**
 * What a limit learns from how work ends.
 *
 * @param rate how it finds its rate; null = it has the one that is configured
 * @param concurrency how it finds how much may be held at once; null = as configured
 * @param breaker when it lets nothing begin; null = whatever happens, it does not close itself
 */
public record Learning(
    @Nullable RateRules rate,
    @Nullable ConcurrencyRules concurrency,
    @Nullable BreakerRules breaker) {
  /** Nothing: a limit is what it is configured to be. */
  public static final Learning NONE = new Learning(null, null, null);

  /** Returns whether it learns anything, and so wants to know how work ends. */
  public boolean isAny() {
    return rate != null || concurrency != null || breaker != null;
  }

  /** Returns whether it finds no numbers of its own; it may have a breaker. */
  public boolean isSteady() {
    return rate == null && concurrency == null;
  }

  /** Returns why a limit of a policy must find no number of its own; null if it may. */
  public static @Nullable String refusal(Policy policy) {
    if (policy instanceof Policy.Window) {
      return "must not be there with a window, whose permits come all at once";
    }
    return policy instanceof Policy.Rate || policy instanceof Policy.Concurrency
        ? null
        : "must not be there with devices, of which there are as many as there are";
  }

  /**
   * Requires that what is found is what a policy counts.
   *
   * @throws InvalidArgumentException if it is not
   */
  void requireFitting(Policy policy) {
    String refusal = isSteady() ? null : refusal(policy);
    if (refusal != null) {
      throw new InvalidArgumentException("adaptive", refusal);
    }
    if (!fitting(policy).equals(this)) {
      throw new InvalidArgumentException(
          "adaptive.controller",
          "must find a "
              + (policy instanceof Policy.Rate
                  ? "rate and no concurrency"
                  : "concurrency and no rate")
              + ", as the limit is one");
    }
  }

  /** The same without what does not go with a policy: a rate is found for a token bucket alone. */
  public Learning fitting(Policy policy) {
    return new Learning(
        policy instanceof Policy.Rate ? rate : null,
        policy instanceof Policy.Concurrency ? concurrency : null,
        breaker);
  }

  /** The same, with a rate to be found, or without. */
  public Learning withRate(@Nullable RateRules newRate) {
    return new Learning(newRate, concurrency, breaker);
  }

  /** The same, with a concurrency to be found, or without. */
  public Learning withConcurrency(@Nullable ConcurrencyRules newConcurrency) {
    return new Learning(rate, newConcurrency, breaker);
  }

  /** The same, with a breaker, or without. */
  public Learning withBreaker(@Nullable BreakerRules newBreaker) {
    return new Learning(rate, concurrency, newBreaker);
  }
}
