package io.sluice.engine.store.shared;

import io.sluice.engine.rate.TokenScale;

/**
 * One bucket of a {@link Ledger}: its name, and the rules by which it counts. An account comes to
 * exist when something is first taken of it, and is forgotten when it is as new. Where the rules
 * told differ from those of the last posting, what was taken stays taken, and no permit is made.
 */
public sealed interface Account {
  /** Returns what tells it apart from all other accounts, 1..4096 bytes of UTF-8. */
  String name();

  /**
   * Tokens that come back with time; full at first.
   *
   * @param name its name
   * @param scale its rate and burst, in quanta of 1 µs or more and at most 2^52 units
   */
  record Tokens(String name, TokenScale scale) implements Account {}

  /**
   * Permits that leases hold until they drop them, or until their time there is over.
   *
   * @param name its name
   * @param capacity the most that may be held, 1..2^40
   */
  record Seats(String name, long capacity) implements Account {}

  /**
   * Permits in windows of a fixed length, each of which begins with the first permit taken after
   * the last one ended.
   *
   * @param name its name
   * @param permits the most in each window, 1..2^40
   * @param lengthMicros the length
   */
  record Fixed(String name, long permits, long lengthMicros) implements Account {}

  /**
   * Permits in a window that moves with time, counted in slots: what is taken in a slot counts as
   * if taken at its end.
   *
   * @param name its name
   * @param permits the most in each window, 1..2^40
   * @param lengthMicros the length
   * @param slotMicros the length of a slot, at least 1; at most a thousand slots have entries
   */
  record Sliding(String name, long permits, long lengthMicros, long slotMicros)
      implements Account {}

  /**
   * Permits in windows of the calendar. The end of the window only ever moves on: a posting that
   * tells an earlier end than the account knows is counted in the window that the account knows.
   *
   * @param name its name
   * @param permits the most in each window, 1..2^40
   * @param endsAtMillis when the window ends that the wall clock shows now, since 1970
   */
  record Calendar(String name, long permits, long endsAtMillis) implements Account {}
}
