package io.sluice.engine.provider;

import java.util.concurrent.TimeUnit;

/**
 * When a provider wants to be asked again.
 *
 * @param reading what was made of what it said
 * @param nanos how long from now, 0..{@link #MAX_NANOS}; {@link #NONE} if nothing usable was said
 * @param raw what it said, at most {@value #MAX_CHARS} characters of it; empty if it said nothing
 */
public record RetryAfter(Reading reading, long nanos, String raw) {
  /** The longest time that is honoured; more is cut to it. */
  public static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** Longest text that is read. */
  public static final int MAX_CHARS = 256;

  /** No usable value. */
  public static final long NONE = -1;

  /** Nothing was said. */
  public static final RetryAfter ABSENT = new RetryAfter(Reading.ABSENT, NONE, "");

  /** Returns whether there is a time to wait, which may be 0. */
  public boolean isUsable() {
    return nanos != NONE;
  }

  /** What was made of a text. */
  public enum Reading {
    /** There was none, or an empty one. */
    ABSENT,
    /** It is taken as it is. */
    TAKEN,
    /** It is longer than the longest time, and cut: a provider that says so wants a stop. */
    OVER_CAP,
    /** It is negative or in the past, and taken as 0. */
    PAST,
    /** It is too long a text to be read. */
    TOO_LONG,
    /** It is none of the forms. */
    UNREADABLE
  }
}
