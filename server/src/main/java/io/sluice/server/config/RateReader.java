package io.sluice.server.config;

import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.TokenScale;
import org.jspecify.annotations.Nullable;

/** Reads how much a limit lets through in a time. */
final class RateReader {
  private RateReader() {}

  /** Reads the section of a rate; null if anything is wrong with it. */
  static @Nullable Policy read(Section rate) {
    int problemsBefore = rate.problemCount();
    long permits = rate.get(Keys.RATE_PERMITS);
    long perNanos = rate.get(Keys.RATE_PER);
    long allPermits = Math.max(1, permits);
    long burst = rate.get(Keys.RATE_BURST, allPermits, String.valueOf(allPermits));
    boolean allowDebt = rate.get(Keys.ALLOW_DEBT);
    CarryOver carryOver = rate.get(Keys.CARRY_OVER);
    if (rate.problemCount() > problemsBefore) {
      return null;
    }
    try {
      return new Policy.Rate(TokenScale.of(permits, perNanos, burst), allowDebt, carryOver);
    } catch (InvalidArgumentException e) {
      rate.problem(Text.withoutField(e));
      return null;
    }
  }
}
