package io.sluice.engine.store.shared;

import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.shared.Posting.Change;
import io.sluice.engine.timer.Timer;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The buckets that somebody waits for here. Who is first is tried again when the ledger hints that
 * there may be more, and, as hints get lost, now and then without one.
 */
final class Watch {
  /** How long somebody who waits is not tried again at most. */
  static final long MAX_POLL_NANOS = 250_000_000L;

  private static final long JITTER_NANOS = MAX_POLL_NANOS / 5;

  private final Ledger ledger;
  private final Outbox outbox;
  private final RandomGenerator random;
  private final TimerWheel<Poll> wheel;
  private final Map<Bucket, Poll> polls = new LinkedHashMap<>();
  private final Map<String, Poll> byAccount = new LinkedHashMap<>();
  private Consumer<Bucket> listener = bucket -> {};

  Watch(Ledger ledger, Outbox outbox, RandomGenerator random, long nowNanos) {
    this.ledger = ledger;
    this.outbox = outbox;
    this.random = random;
    this.wheel = new TimerWheel<>(nowNanos);
  }

  private static final class Poll extends Timer {
    final Bucket bucket;
    final Account account;

    /** Somebody was refused, so that the ledger keeps this process's turn. */
    boolean hasTurn;

    Poll(Bucket bucket, Account account) {
      this.bucket = bucket;
      this.account = account;
    }
  }

  void listen(Consumer<Bucket> mayHaveMore) {
    listener = mayHaveMore;
  }

  void watch(Bucket bucket, long nowNanos) {
    if (bucket instanceof SharedBucket shared && !polls.containsKey(bucket)) {
      Poll poll = new Poll(bucket, shared.account(nowNanos));
      polls.put(bucket, poll);
      byAccount.put(poll.account.name(), poll);
      ledger.watch(poll.account);
      schedule(poll, nowNanos);
    }
  }

  void unwatch(Bucket bucket) {
    Poll poll = polls.remove(bucket);
    if (poll != null) {
      wheel.cancel(poll);
      if (byAccount.remove(poll.account.name(), poll)) {
        ledger.unwatch(poll.account);
      }
      if (poll.hasTurn) {
        outbox.say(new Change.Leave(poll.account));
      }
    }
  }

  /** Notes that one who waits did, or did not, get what it asked of a bucket. */
  void tried(Bucket bucket, boolean served, long nowNanos) {
    Poll poll = polls.get(bucket);
    if (poll != null) {
      poll.hasTurn = !served;
    } else if (!served) { // it gave up while it was tried
      outbox.say(new Change.Leave(((SharedBucket) bucket).account(nowNanos)));
    }
  }

  /** Tells that there may be more of an account. */
  void changed(String account) {
    Poll poll = byAccount.get(account);
    if (poll != null) {
      listener.accept(poll.bucket);
    }
  }

  /** Tells that there may be more of everything. */
  void changedAll() {
    for (Poll poll : List.copyOf(polls.values())) {
      listener.accept(poll.bucket);
    }
  }

  /** Tells what has not been tried for long enough. */
  void poll(long nowNanos) {
    List<Poll> due = new ArrayList<>();
    wheel.advance(nowNanos, due::add);
    for (Poll poll : due) {
      if (polls.get(poll.bucket) == poll) {
        schedule(poll, nowNanos);
        listener.accept(poll.bucket);
      }
    }
  }

  long nextNanos() {
    return wheel.nextEventNanos();
  }

  /** Gives up every turn. */
  void close() {
    List.copyOf(polls.keySet()).forEach(this::unwatch);
  }

  private void schedule(Poll poll, long nowNanos) {
    wheel.schedule(poll, nowNanos + MAX_POLL_NANOS - random.nextLong(JITTER_NANOS));
  }
}
