package io.sluice.engine.model;

/**
 * A limit that stands in the way of an acquire.
 *
 * @param limit the name of the limit
 * @param resource the resource of the demand that it blocks
 * @param reason why it blocks
 * @param waitNanos the least time until this limit alone could admit the ask; {@link #NEVER} if
 *     only a change of the limit helps
 * @param asked what was asked of it
 * @param remaining what it has left
 * @param detail more for people; for devices the first reason of each device; empty = nothing more
 */
public record Blocker(
    String limit,
    String resource,
    DenialReason reason,
    long waitNanos,
    long asked,
    long remaining,
    String detail) {
  /** Waiting does not help. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Says it in a sentence. */
  public String message() {
    String unit = reason == DenialReason.RATE ? " tokens" : " permits";
    String sentence =
        switch (reason) {
          case EXCEEDS_LIMIT ->
              asked + " permits were asked of limit " + limit + ", which can never give that";
          case BREAKER_OPEN -> "the breaker of limit " + limit + " is open";
          case HOLD -> "limit " + limit + " is held";
          case PAUSED -> "resource " + resource + " is paused";
          case SHED -> "what waited was purged";
          case QUEUE_FULL -> "the queue is full";
          case RECOVERING -> "limit " + limit + " learns what is held of it";
          case STORE_UNAVAILABLE -> "limit " + limit + " is shared, and out of reach";
          default -> "limit " + limit + " has " + remaining + unit + " left, " + asked + " asked";
        };
    return detail.isEmpty() ? sentence : sentence + ": " + detail;
  }
}
