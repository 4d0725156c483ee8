package io.sluice.client;

import io.sluice.client.Time.Timer;
import io.sluice.proto.v1.RenewResult;
import io.sluice.proto.v1.RenewStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps held leases alive, and notices those that are not.
 *
 * <p>Each lease has one moment at which to look at it next: when it is due for renewal (a third of
 * its time to live after the grant or the last renewal, ±10 %), or, while an answer is awaited, the
 * client's own deadline. One timer stands at the earliest of them. When it fires, every lease that
 * is due goes into as few calls as possible, and so does every lease that would be due within a
 * quarter of its period (at most a second): leases granted at different times drift into common
 * calls.
 *
 * <p>A failed call is tried again after a backoff until the leases' own deadlines pass. A lease is
 * lost when the server says LOST or UNKNOWN, or when its deadline passes.
 *
 * <p>All state is under one lock, held for O(leases due · log leases); calls are made, and losses
 * told, outside of it. Bounded by the leases that the client may hold.
 */
final class Renewals {
  static final int MAX_BATCH = 4096;

  private static final Logger log = System.getLogger(Renewals.class.getName());
  private static final long COALESCE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long SHORTEST_TIMEOUT_NANOS = Duration.ofMillis(100).toNanos();

  private final Renewing.Sender sender;
  private final Time time;
  private final RetryPolicy policy;
  private final Settings settings;
  private final Consumer<Lease> onLost;
  private final LongAdder failures = new LongAdder();

  // All below is guarded by lock.
  private final Object lock = new Object();
  private final Map<String, Entry> entries = new HashMap<>();
  private final TreeSet<Entry> byWake = new TreeSet<>();
  private @Nullable Timer timer;
  private long timerNanos;
  private long added;
  private boolean closed;

  /** {@code onLost} is called once for each lease that ends without {@link #remove}. */
  Renewals(
      Renewing.Sender sender,
      Time time,
      RetryPolicy policy,
      Settings settings,
      Consumer<Lease> onLost) {
    this.sender = sender;
    this.time = time;
    this.policy = policy;
    this.settings = settings;
    this.onLost = onLost;
  }

  /** Looks after a lease from now on; false, and nothing done, once closed. */
  boolean add(Lease lease) {
    synchronized (lock) {
      if (closed) {
        return false;
      }
      Entry entry = new Entry(lease, added++);
      entry.periodNanos = LeaseClock.nanos(lease.renewAfter());
      entries.put(lease.id(), entry);
      long due = lease.grantedNanos() + policy.jittered(entry.periodNanos);
      scheduleLocked(entry, settings.renewal() ? due : lease.validUntilNanos());
      armLocked();
      return true;
    }
  }

  /** Looks after a lease no longer; harmless if it did not. */
  void remove(Lease lease) {
    synchronized (lock) {
      Entry entry = entries.get(lease.id());
      if (entry != null && entry.lease == lease) {
        dropLocked(entry);
      }
    }
  }

  /** Looks at every lease now: the server may not know them any more. */
  void presentAll() {
    synchronized (lock) {
      long now = time.nanoTime();
      for (Entry entry : List.copyOf(byWake)) {
        if (settings.renewal() && !entry.awaited) {
          scheduleLocked(entry, now);
        }
      }
      armLocked();
    }
  }

  /** Ends those of the leases that it looks after: the server says that they are lost. */
  void lost(List<String> ids) {
    List<Lease> lost = new ArrayList<>();
    synchronized (lock) {
      for (String id : ids) {
        Entry entry = entries.get(id);
        if (entry != null) {
          dropLocked(entry);
          lost.add(entry.lease);
        }
      }
    }
    lost.forEach(onLost);
  }

  /** Returns whether it looks after any lease. */
  boolean isEmpty() {
    synchronized (lock) {
      return entries.isEmpty();
    }
  }

  /** Ends renewal. Returns the leases that were looked after. */
  List<Lease> close() {
    synchronized (lock) {
      closed = true;
      if (timer != null) {
        timer.cancel();
      }
      List<Lease> held = byWake.stream().map(entry -> entry.lease).toList();
      entries.clear();
      byWake.clear();
      return held;
    }
  }

  /** Calls that failed so far. */
  long failures() {
    return failures.sum();
  }

  /** The timer's task: tells what is lost, renews what is due, and sets the timer again. */
  private void tick() {
    List<Entry> due = new ArrayList<>();
    List<Lease> lost = new ArrayList<>();
    synchronized (lock) {
      timer = null;
      long now = time.nanoTime();
      if (!byWake.isEmpty() && byWake.first().wakeNanos - now <= 0) {
        collectLocked(now, due, lost);
      }
      for (Entry entry : due) {
        entry.awaited = true;
        scheduleLocked(entry, entry.lease.validUntilNanos());
      }
      armLocked();
    }
    lost.forEach(onLost);
    for (int from = 0; from < due.size(); from += MAX_BATCH) {
      send(due.subList(from, Math.min(due.size(), from + MAX_BATCH)));
    }
  }

  private void collectLocked(long now, List<Entry> due, List<Lease> lost) {
    for (Iterator<Entry> all = byWake.iterator(); all.hasNext(); ) {
      Entry entry = all.next();
      if (entry.wakeNanos - now > COALESCE_NANOS) {
        return;
      }
      if (entry.lease.validUntilNanos() - now <= 0) {
        all.remove();
        entries.remove(entry.lease.id());
        lost.add(entry.lease);
      } else if (settings.renewal() && !entry.awaited && entry.isSoon(now)) {
        all.remove();
        due.add(entry);
      }
    }
  }

  private void send(List<Entry> batch) {
    List<String> ids = new ArrayList<>(batch.size());
    long sent = time.nanoTime();
    long shortest = settings.timeout().toNanos() * 4;
    for (Entry entry : batch) {
      ids.add(entry.lease.id());
      shortest = Math.min(shortest, entry.lease.validUntilNanos() - sent);
    }
    // A quarter of what is left, so that a lost answer leaves time to try again.
    Completion.of(
        sender.renew(ids, Math.max(SHORTEST_TIMEOUT_NANOS, shortest / 4)),
        (answers, failure) -> settle(batch, sent, answers, failure));
  }

  private void settle(
      List<Entry> batch,
      long sent,
      @Nullable List<RenewResult> answers,
      @Nullable Throwable failure) {
    Map<String, RenewResult> results = Map.of();
    if (answers == null) {
      failures.increment();
      log.log(Level.WARNING, "a renewal of " + batch.size() + " leases failed; trying on", failure);
    } else {
      results =
          answers.stream()
              .collect(Collectors.toMap(RenewResult::getLeaseId, r -> r, (first, second) -> first));
    }
    List<Lease> lost = new ArrayList<>();
    synchronized (lock) {
      long retryNanos = time.nanoTime() + policy.delayNanos(1 + mostFailures(batch));
      for (Entry entry : batch) {
        RenewResult result = results.get(entry.lease.id());
        if (entries.get(entry.lease.id()) != entry) {
          continue; // given back or lost meanwhile
        }
        entry.awaited = false;
        if (result != null && result.getStatus() == RenewStatus.RENEW_STATUS_RENEWED) {
          renewedLocked(entry, sent, Messages.duration(result.getTtl()));
        } else if (result != null && isGone(result.getStatus())) {
          dropLocked(entry);
          lost.add(entry.lease);
        } else {
          entry.failures++;
          scheduleLocked(entry, retryNanos);
        }
      }
      armLocked();
    }
    lost.forEach(onLost);
  }

  private void renewedLocked(Entry entry, long sent, Duration ttl) {
    entry.lease.renewed(LeaseClock.validUntilNanos(sent, ttl));
    entry.failures = 0;
    entry.periodNanos = LeaseClock.renewAfterNanos(ttl);
    scheduleLocked(entry, sent + policy.jittered(entry.periodNanos));
  }

  /** Looks at the lease again then, or at its deadline if that is earlier. */
  private void scheduleLocked(Entry entry, long wakeNanos) {
    byWake.remove(entry);
    entry.wakeNanos = LeaseClock.earlier(wakeNanos, entry.lease.validUntilNanos());
    byWake.add(entry);
  }

  private void dropLocked(Entry entry) {
    byWake.remove(entry);
    entries.remove(entry.lease.id());
  }

  /** Sets the timer to the earliest moment, unless it fires before that anyway. */
  private void armLocked() {
    if (closed || byWake.isEmpty()) {
      return;
    }
    long earliest = byWake.first().wakeNanos;
    if (timer != null) {
      if (timerNanos - earliest <= 0) {
        return;
      }
      timer.cancel();
    }
    timerNanos = earliest;
    timer = time.schedule(this::tick, Math.max(0, earliest - time.nanoTime()));
  }

  private static boolean isGone(RenewStatus status) {
    return status == RenewStatus.RENEW_STATUS_LOST || status == RenewStatus.RENEW_STATUS_UNKNOWN;
  }

  private static int mostFailures(List<Entry> batch) {
    return batch.stream().mapToInt(entry -> entry.failures).max().orElse(0);
  }

  /** A lease and when to look at it. Ordered by that, then by when it was added. */
  private static final class Entry implements Comparable<Entry> {
    final Lease lease;
    final long order;
    long periodNanos;
    long wakeNanos;
    boolean awaited;
    int failures;

    Entry(Lease lease, long order) {
      this.lease = lease;
      this.order = order;
    }

    /** Whether it is due, or near enough to go along. */
    boolean isSoon(long now) {
      return wakeNanos - now <= Math.min(COALESCE_NANOS, periodNanos / 4);
    }

    @Override
    public int compareTo(Entry other) {
      long later = wakeNanos - other.wakeNanos;
      return later != 0 ? Long.signum(later) : Long.compare(order, other.order);
    }
  }
}
