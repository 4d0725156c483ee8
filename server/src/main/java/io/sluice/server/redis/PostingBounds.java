package io.sluice.server.redis;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Posting;
import io.sluice.engine.store.shared.Posting.Change;
import java.nio.charset.StandardCharsets;

/** The bounds within which the script's numbers, which are doubles, are exact. */
final class PostingBounds {
  private static final int MAX_CHANGES = 1024;
  private static final int MAX_TAKES = 1024;
  private static final int MAX_ACCOUNT_BYTES = 4096;
  private static final int MAX_REQUEST_BYTES = 512;
  private static final long MAX_UNITS = 1L << 52;
  private static final long MAX_MILLIS = 36_500L * 86_400_000;
  private static final long MAX_MICROS = MAX_MILLIS * 1000;

  private PostingBounds() {}

  /**
   * Checks a posting.
   *
   * @throws InvalidArgumentException if a value is out of its bounds
   */
  static void check(Posting posting) {
    range("posting.changes", posting.changes().size(), 0, MAX_CHANGES);
    range("posting.takes", posting.takes().size(), 0, MAX_TAKES);
    posting.changes().forEach(PostingBounds::check);
    for (Posting.Take take : posting.takes()) {
      check(take.account());
      range("take.permits", take.permits(), 1, 2 * Bounds.MAX_PERMITS);
      range("take.leaving", take.leaving(), 0, 2 * Bounds.MAX_PERMITS);
      if (take.account() instanceof Account.Seats && posting.commit() && posting.holder() == null) {
        throw new InvalidArgumentException("posting.holder", "must be there to take seats");
      }
    }
    if (posting.holder() != null) {
      range("holder.holdMillis", posting.holder().holdMillis(), 0, MAX_MILLIS);
    }
    if (posting.request() != null) {
      range("request.name bytes", bytes(posting.request().name()), 1, MAX_REQUEST_BYTES);
      range("request.keepMillis", posting.request().keepMillis(), 1, MAX_MILLIS);
    }
  }

  private static void check(Change change) {
    Account account = change.account();
    if (account != null) {
      check(account);
    }
    if (change instanceof Change.Hold hold) {
      range("hold.permits", hold.permits(), 1, Bounds.MAX_PERMITS);
      range("hold.holdMillis", hold.holdMillis(), 0, MAX_MILLIS);
    } else if (change instanceof Change.Extend extend) {
      range("extend.holdMillis", extend.holdMillis(), 0, MAX_MILLIS);
    } else if (change instanceof Change.GiveBack back) {
      range("giveBack.permits", back.permits(), 0, MAX_UNITS);
      range("giveBack.ageMicros", back.ageMicros(), 0, MAX_MICROS);
    } else if (change instanceof Change.Debit debit) {
      range("debit.permits", debit.permits(), 0, MAX_UNITS);
    } else if (change instanceof Change.Forget forget) {
      range("forget.request bytes", bytes(forget.request()), 1, MAX_REQUEST_BYTES);
    }
  }

  private static void check(Account account) {
    range("account.name bytes", bytes(account.name()), 1, MAX_ACCOUNT_BYTES);
    if (account instanceof Account.Tokens tokens) {
      TokenScale scale = tokens.scale();
      range("account.scale.quantumNanos", scale.quantumNanos(), 1_000, 1_000_000);
      range("account.scale.capacityUnits", scale.capacityUnits(), 0, MAX_UNITS);
      range("account.scale.unitsPerToken", scale.unitsPerToken(), 1, MAX_UNITS);
    } else if (account instanceof Account.Seats seats) {
      range("account.capacity", seats.capacity(), 1, Bounds.MAX_PERMITS);
    } else if (account instanceof Account.Fixed fixed) {
      range("account.permits", fixed.permits(), 1, Bounds.MAX_PERMITS);
      range("account.lengthMicros", fixed.lengthMicros(), 1, MAX_MICROS);
    } else if (account instanceof Account.Sliding sliding) {
      range("account.permits", sliding.permits(), 1, Bounds.MAX_PERMITS);
      range("account.lengthMicros", sliding.lengthMicros(), 1, MAX_MICROS);
      range("account.slotMicros", sliding.slotMicros(), 1, sliding.lengthMicros());
    } else if (account instanceof Account.Calendar calendar) {
      range("account.permits", calendar.permits(), 1, Bounds.MAX_PERMITS);
      range("account.endsAtMillis", calendar.endsAtMillis(), 0, MAX_UNITS / 1000);
    }
  }

  /** The bytes of UTF-8; only counted where there may be too many. */
  private static int bytes(String text) {
    return text.length() * 3 <= MAX_REQUEST_BYTES
        ? text.length()
        : text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void range(String field, long value, long min, long max) {
    var unused = Bounds.requireRange(field, value, min, max);
  }
}
