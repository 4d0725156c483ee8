package io.sluice.server.redis;

import io.sluice.engine.store.shared.Posted;
import io.sluice.server.driver.NanoClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends postings in batches: while scripts are under way, further postings gather, and go together
 * as soon as one is answered. Without load, each goes at once.
 *
 * <p>Thread-safe. Its lock is never held while somebody else's code runs.
 */
final class Poster {
  private static final Logger LOG = LoggerFactory.getLogger(Poster.class);

  /** What the poster has to know of the ledger, and to tell. */
  interface Ledgers {
    /** Returns the generation that this process knows; 0 = none. */
    long generation();

    /** The ledger is not the one that this process knows. */
    void stale();

    /** A script was not answered. */
    void failed(Trouble trouble);
  }

  private final Link link;
  private final KeySpace keySpace;
  private final byte[] process;
  private final Breaker breaker;
  private final Ledgers ledgers;
  private final Executor steps;
  private final Executor elsewhere;
  private final NanoClock clock;
  private final Tally tally;
  private final long longestNanos;
  private final int maxPending;
  private final int maxUnderWay;
  private final Deque<Pending> queue = new ArrayDeque<>(); // guarded by this
  private int underWay; // guarded by this

  /**
   * Creates one.
   *
   * @param steps runs a task as a step of the engine
   * @param elsewhere runs a task on another thread than that of the caller
   */
  Poster(
      RedisSettings settings,
      Duration timeout,
      Link link,
      Breaker breaker,
      Ledgers ledgers,
      Executor steps,
      Executor elsewhere,
      NanoClock clock,
      Tally tally) {
    this.link = link;
    this.breaker = breaker;
    this.ledgers = ledgers;
    this.steps = steps;
    this.elsewhere = elsewhere;
    this.clock = clock;
    this.tally = tally;
    keySpace = new KeySpace(settings);
    process = settings.processBytes();
    longestNanos = timeout.toNanos();
    maxPending = settings.maxPending();
    maxUnderWay = settings.maxUnderWay();
  }

  /** Posts, or answers that it cannot; never within this call. */
  void post(Pending pending) {
    if (!accept(pending)) {
      elsewhere.execute(() -> refuse(List.of(pending)));
    }
  }

  /** Answers everything that was not sent yet. */
  void drain() {
    List<Pending> unsent;
    synchronized (this) {
      unsent = new ArrayList<>(queue);
      queue.clear();
    }
    refuse(unsent);
  }

  private synchronized boolean accept(Pending pending) {
    if (breaker.isOpen() || queue.size() >= maxPending) {
      return false;
    }
    queue.add(pending);
    pump();
    return true;
  }

  private synchronized void next() {
    underWay--;
    pump();
  }

  private synchronized void pump() {
    while (underWay < maxUnderWay && !queue.isEmpty()) {
      dropLate();
      if (!queue.isEmpty()) {
        underWay++;
        send(Batch.gather(queue, keySpace));
      }
    }
  }

  /** What could not be sent in time is answered in time. */
  private synchronized void dropLate() {
    List<Pending> late = new ArrayList<>(0);
    long bound = clock.nanos() - longestNanos;
    for (Pending head = queue.peek(); head != null && head.sinceNanos() < bound; ) {
      late.add(queue.remove());
      head = queue.peek();
    }
    if (!late.isEmpty()) {
      elsewhere.execute(() -> refuse(late));
    }
  }

  private void send(Batch batch) {
    byte[] argument = batch.argument(ledgers.generation(), process);
    Call call = new Call(batch, clock.nanos());
    CompletableFuture<byte[]> reply = link.call(Script.POSTINGS, batch.keys(), argument);
    var unused = reply.whenComplete(call::ended);
    call.sender = null;
  }

  private void answered(Call call, byte[] reply) {
    breaker.succeeded();
    tally.answered(call.batch.postings().size(), clock.nanos() - call.sentNanos);
    List<Posted> answers;
    try {
      answers = call.batch.answers(reply);
    } catch (RuntimeException e) {
      LOG.error("A reply of Redis could not be read", e);
      answers = same(call.batch, new Posted.Unavailable(true));
    }
    if (answers.get(0) instanceof Posted.Stale) {
      ledgers.stale();
    }
    next();
    deliver(call.batch.postings(), answers);
  }

  private void failed(Call call, Throwable error) {
    Trouble trouble = Trouble.of(error);
    LOG.debug("A script was not answered: {}", trouble, error);
    tally.failed(trouble);
    ledgers.failed(trouble);
    next();
    deliver(call.batch.postings(), same(call.batch, new Posted.Unavailable(trouble.maybeDone())));
  }

  private static List<Posted> same(Batch batch, Posted answer) {
    return batch.postings().stream().map(pending -> answer).toList();
  }

  private void refuse(List<Pending> unsent) {
    if (!unsent.isEmpty()) {
      Posted refusal = new Posted.Unavailable(false);
      deliver(unsent, unsent.stream().map(pending -> refusal).toList());
    }
  }

  private void deliver(List<Pending> postings, List<Posted> answers) {
    steps.execute(
        () -> {
          for (int i = 0; i < answers.size(); i++) {
            deliver(postings.get(i), answers.get(i));
          }
        });
  }

  private static void deliver(Pending pending, Posted answer) {
    try {
      pending.answer().accept(answer);
    } catch (RuntimeException e) {
      // One caller's trouble must not cost the others of this batch their answers.
      LOG.error("An answer of the ledger could not be used", e);
    }
  }

  /** A batch that is under way. */
  private final class Call {
    private final Batch batch;
    private final long sentNanos;

    /** Who sends it, as long as its stack is in use: no answer may be told on it. */
    private volatile @Nullable Thread sender = Thread.currentThread();

    Call(Batch batch, long sentNanos) {
      this.batch = batch;
      this.sentNanos = sentNanos;
    }

    void ended(byte @Nullable [] reply, @Nullable Throwable error) {
      if (sender == Thread.currentThread()) {
        elsewhere.execute(() -> ended(reply, error));
      } else if (reply != null) {
        answered(this, reply);
      } else {
        failed(this, error == null ? new IllegalStateException("no reply") : error);
      }
    }
  }
}
