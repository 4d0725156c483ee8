package io.sluice.engine.limit;

import io.sluice.engine.breaker.BreakerRules;
import org.jspecify.annotations.Nullable;

/**
 * What a limit learns from how work ends.
 *
 * @param breaker when it lets nothing begin; null = whatever happens, it does not close itself
 */
public record Learning(@Nullable BreakerRules breaker) {
  /** Nothing: a limit is what it is configured to be. */
  public static final Learning NONE = new Learning(null);

  /** The same, with a breaker. */
  public Learning withBreaker(BreakerRules newBreaker) {
    return new Learning(newBreaker);
  }
}
