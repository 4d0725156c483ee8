package io.sluice.engine.limit;

import io.sluice.engine.breaker.BreakerRules;
import org.jspecify.annotations.Nullable;

/**
 * What a limit learns from how work ends.
 *
 * @param breaker when it lets nothing begin; null = never
 */
public record Learning(@Nullable BreakerRules breaker) {
  /** Nothing: a limit is what it is configured to be. */
  public static final Learning NONE = new Learning(null);

  /** The same with another breaker, or without one. */
  public Learning withBreaker(@Nullable BreakerRules newBreaker) {
    return new Learning(newBreaker);
  }
}
