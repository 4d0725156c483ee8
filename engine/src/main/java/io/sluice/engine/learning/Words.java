package io.sluice.engine.learning;

import io.sluice.engine.adaptive.concurrency.Ending;
import io.sluice.engine.breaker.Result;
import io.sluice.engine.model.Outcome;

/**
 * What the end of work says. That a provider's own limit refused work says something about the rate
 * and about how much it bears at once, and nothing about whether it is well.
 */
final class Words {
  private Words() {}

  static Ending ending(Outcome outcome) {
    return switch (outcome) {
      case SUCCESS -> Ending.SERVED;
      case THROTTLED, TIMEOUT -> Ending.DROPPED;
      case ERROR, CANCELLED, UNUSED, ABANDONED -> Ending.IGNORED;
    };
  }

  static Result result(Outcome outcome) {
    return switch (outcome) {
      case SUCCESS -> Result.SUCCESS;
      case ERROR, TIMEOUT -> Result.FAILURE;
      case THROTTLED, CANCELLED, UNUSED -> Result.IGNORED;
      case ABANDONED -> Result.LOST;
    };
  }
}
