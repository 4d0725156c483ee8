package io.sluice.engine.store.shared;

import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.rate.SlidingWindow;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.rate.WindowRule;

/**
 * The accounts of buckets: each has a name that tells its kind, its limit and its key, and that no
 * other bucket has, whatever characters are in it; so a limit of another kind or key counts anew.
 */
final class Accounts {
  /** So many units are exact where numbers are doubles, with a bit to spare. */
  static final long MAX_UNITS = 1L << 52;

  private static final long NANOS_PER_MICRO = 1_000;

  private Accounts() {}

  /** Returns the name of the account of a bucket. */
  static String name(Limit limit, BucketKey key) {
    StringBuilder name = new StringBuilder(limit.name().length() + 16);
    name.append(letter(limit.policy()));
    append(name, limit.name());
    limit.key().forEach(attribute -> append(name, attribute));
    if (!limit.key().isEmpty()) {
      name.append('='); // none of the values follow for the bucket that keys beyond the bound share
    }
    key.values().forEach(value -> append(name, value));
    return name.toString();
  }

  /** Returns the account of what is spent. */
  static Account spending(String name, Policy policy, WallClock wall, long nowNanos) {
    if (policy instanceof Policy.Rate rate) {
      return new Account.Tokens(name, rate.scale().inMicros(MAX_UNITS));
    }
    Policy.Window window = (Policy.Window) policy;
    long permits = window.permits();
    if (window.rule() instanceof WindowRule.Calendar calendar) {
      return new Account.Calendar(name, permits, calendar.endMillis(wall.latestMillis(nowNanos)));
    }
    long micros = ceilDiv(window.rule().usualNanos(), NANOS_PER_MICRO);
    if (window.rule() instanceof WindowRule.Fixed) {
      return new Account.Fixed(name, permits, micros);
    }
    long slot =
        permits <= SlidingWindow.MAX_ENTRIES ? 1 : ceilDiv(micros, SlidingWindow.MAX_ENTRIES);
    return new Account.Sliding(name, permits, micros, slot);
  }

  static long ceilDiv(long dividend, long divisor) {
    return -Math.floorDiv(-dividend, divisor);
  }

  private static void append(StringBuilder name, String part) {
    name.append(part.length()).append(':').append(part);
  }

  private static char letter(Policy policy) {
    if (policy instanceof Policy.Rate) {
      return 't';
    }
    if (policy instanceof Policy.Window window) {
      return window.rule() instanceof WindowRule.Calendar
          ? 'c'
          : window.rule() instanceof WindowRule.Fixed ? 'f' : 's';
    }
    return policy instanceof Policy.Slots ? 'p' : 'h';
  }
}
