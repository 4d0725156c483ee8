package io.sluice.server.redis;

import io.sluice.engine.store.shared.Account;
import java.nio.charset.StandardCharsets;

/**
 * The names of a group's keys, all in one hash slot: {@code {prefix:group}:ledger} and so on. Those
 * of an account end with its name, and say its kind, as kinds keep different things.
 */
final class KeySpace {
  private final String root;

  KeySpace(RedisSettings settings) {
    root = "{" + settings.prefix() + ":" + settings.group() + "}:";
  }

  /** A hash: generation, host, fence and ticket; kept for 30 days. */
  byte[] ledger() {
    return key("ledger");
  }

  /** A sorted set: when each process was heard of; kept for a minute. */
  byte[] members() {
    return key("members");
  }

  /** A sorted set: the generation that each process has asserted; kept for a minute. */
  byte[] asserted() {
    return key("asserted");
  }

  /** A sorted set: leases that take nothing any more, and until when that is known. */
  byte[] buried() {
    return key("buried");
  }

  /** The channel on which accounts are told that have something free. */
  byte[] hints() {
    return key("hints");
  }

  /** A text: the lease, fence and body of a request that was granted. */
  byte[] request(String name) {
    return key("request:" + name);
  }

  /** A hash: the ticket of each process that waits, and when it was heard of. */
  byte[] turns(Account account) {
    return key("turns:" + kind(account).label + account.name());
  }

  /** A text, or for what is held a hash: what was taken. */
  byte[] state(Account account) {
    return key("state:" + kind(account).label + account.name());
  }

  /** A sorted set: until when each holder holds. */
  byte[] ranks(Account account) {
    return key("ranks:" + kind(account).label + account.name());
  }

  private byte[] key(String name) {
    return (root + name).getBytes(StandardCharsets.UTF_8);
  }

  static Kind kind(Account account) {
    if (account instanceof Account.Tokens) {
      return Kind.TOKENS;
    } else if (account instanceof Account.Seats) {
      return Kind.SEATS;
    } else if (account instanceof Account.Fixed) {
      return Kind.FIXED;
    } else if (account instanceof Account.Sliding) {
      return Kind.SLIDING;
    }
    return Kind.CALENDAR;
  }

  /** The kinds of account, numbered as in the script. */
  enum Kind {
    TOKENS(1, "tokens:", false),
    SEATS(2, "seats:", true),
    FIXED(3, "fixed:", false),
    SLIDING(4, "sliding:", true),
    CALENDAR(5, "calendar:", false);

    final int number;
    final String label;
    final boolean hasRanks;

    Kind(int number, String label, boolean hasRanks) {
      this.number = number;
      this.label = label;
      this.hasRanks = hasRanks;
    }
  }
}
