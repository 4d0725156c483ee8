package io.sluice.engine.adaptive.rate;

/**
 * A change of a rate.
 *
 * @param atNanos when it was made; of {@link Cause#GROWTH}, when it was seen last
 * @param from the permits per second before; of {@link Cause#GROWTH}, when it began
 * @param to the permits per second after
 */
public record RateChange(long atNanos, double from, double to, Cause cause) {
  /** Why a rate changed. */
  public enum Cause {
    /** The provider refused work because of its own limit. */
    THROTTLED,
    /** Work failed or ran out of time. */
    FAILED,
    /** The share of work that succeeded. */
    SUCCESS_RATIO,
    /** Nothing was refused, and what there was got used. */
    GROWTH,
    /** An operator multiplied it. */
    ADJUSTED,
    /** The rules changed. */
    RULES,
    /** It was brought back after a restart. */
    RESTORED
  }
}
