package io.sluice.server;

import io.sluice.engine.limit.OnLoss;
import io.sluice.proto.v1.DenialReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What callers were told, and when; all times are of {@link System#nanoTime}. Thread-safe. */
final class OutageHistory {
  private final Queue<Ask> asks = new ConcurrentLinkedQueue<>();
  private final Queue<Hold> holds = new ConcurrentLinkedQueue<>();
  private final Queue<Look> looks = new ConcurrentLinkedQueue<>();
  private final Queue<Renewed> renewals = new ConcurrentLinkedQueue<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();

  /** A limit of the servers: its kind, and what it does while Redis is away. */
  record LimitOf(boolean isSeats, OnLoss onLoss) {
    String resource() {
      return (isSeats ? "seats/" : "rate/") + word();
    }

    String word() {
      return onLoss.name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * An acquire that was answered.
   *
   * @param denied why; unspecified = it was granted
   */
  record Ask(
      LimitOf limit,
      int server,
      boolean isPatient,
      long askedNanos,
      long answeredNanos,
      DenialReason denied) {
    boolean isGranted() {
      return denied == DenialReason.DENIAL_REASON_UNSPECIFIED;
    }

    boolean isWithin(long from, long until) {
      return askedNanos >= from && answeredNanos <= until;
    }
  }

  /** How long a caller held a seat: from the answer until it began to release. */
  record Hold(LimitOf limit, long fromNanos, long untilNanos) {}

  /** What a server told of itself. */
  record Look(
      int server, long atNanos, boolean isReachable, boolean isLearning, long fallbackGrants) {}

  /** A renewal of a lease that is held all the time. */
  record Renewed(LimitOf limit, long atNanos, String status) {}

  void add(Ask ask) {
    asks.add(ask);
  }

  void add(Hold hold) {
    holds.add(hold);
  }

  void add(Look look) {
    looks.add(look);
  }

  void add(Renewed renewed) {
    renewals.add(renewed);
  }

  void error(String what) {
    errors.add(what);
  }

  List<String> errors() {
    return List.copyOf(errors);
  }

  Stream<Ask> asks(LimitOf limit) {
    return asks.stream().filter(ask -> ask.limit().equals(limit));
  }

  Stream<Renewed> renewals(LimitOf limit) {
    return renewals.stream().filter(each -> each.limit().equals(limit));
  }

  Stream<Look> looks() {
    return looks.stream();
  }

  long granted(LimitOf limit, long from, long until) {
    return asks(limit).filter(ask -> ask.isGranted() && ask.isWithin(from, until)).count();
  }

  long answeredWithGrant(LimitOf limit, long from, long until) {
    return asks(limit)
        .filter(ask -> ask.isGranted() && ask.answeredNanos() >= from)
        .filter(ask -> ask.answeredNanos() <= until)
        .count();
  }

  /** Returns how many grants servers made without Redis since a time, of all limits. */
  long fallbackGrants(int servers, long from) {
    long grants = 0;
    for (int server = 0; server < servers; server++) {
      int number = server;
      long[] told =
          looks()
              .filter(look -> look.server() == number && look.atNanos() >= from)
              .mapToLong(Look::fallbackGrants)
              .sorted()
              .toArray();
      grants += told.length == 0 ? 0 : told[told.length - 1] - told[0];
    }
    return grants;
  }

  long denied(LimitOf limit, DenialReason reason) {
    return asks(limit).filter(ask -> ask.denied() == reason).count();
  }

  long slowestNanos() {
    return asks.stream().mapToLong(ask -> ask.answeredNanos() - ask.askedNanos()).max().orElse(0);
  }

  /** Returns the first time after another at which all servers have told something; -1 = never. */
  long firstAllNanos(int servers, long from, Predicate<Look> wanted) {
    long all = from;
    for (int server = 0; server < servers; server++) {
      int number = server;
      long first =
          looks()
              .filter(look -> look.server() == number && look.atNanos() >= from)
              .filter(wanted)
              .mapToLong(Look::atNanos)
              .min()
              .orElse(-1);
      if (first < 0) {
        return -1;
      }
      all = Math.max(all, first);
    }
    return all;
  }

  /** Returns the longest time for which a server gave one answer only to those who do not wait. */
  long longestNanos(LimitOf limit, int servers, DenialReason reason) {
    long longest = 0;
    for (int server = 0; server < servers; server++) {
      long since = -1;
      for (Ask ask : inOrder(limit, server)) {
        if (ask.denied() != reason) {
          since = -1;
        } else if (since < 0) {
          since = ask.answeredNanos();
        } else {
          longest = Math.max(longest, ask.answeredNanos() - since);
        }
      }
    }
    return longest;
  }

  private List<Ask> inOrder(LimitOf limit, int server) {
    return asks(limit)
        .filter(ask -> ask.server() == server && !ask.isPatient())
        .sorted(Comparator.comparingLong(Ask::answeredNanos))
        .toList();
  }

  /** Returns how many seats were held at once at most, in a part of the time. */
  int mostHeld(LimitOf limit, long from, long until) {
    List<long[]> steps = new ArrayList<>();
    for (Hold hold : holds) {
      if (hold.limit().equals(limit) && hold.untilNanos() > from && hold.fromNanos() < until) {
        steps.add(new long[] {Math.max(from, hold.fromNanos()), 1});
        steps.add(new long[] {hold.untilNanos(), -1});
      }
    }
    steps.sort(Comparator.<long[]>comparingLong(s -> s[0]).thenComparingLong(s -> s[1]));
    int held = 0;
    int most = 0;
    for (long[] step : steps) {
      held += (int) step[1];
      most = Math.max(most, held);
    }
    return most;
  }
}
