package io.sluice.engine.admission;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.GrantedWork;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Verdict;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The work under way, by its name: what waits, what runs, and what was asked for lately. It finds
 * and adds in one step of the engine, so of any number of acquires of the same work one is first.
 *
 * <p>Holds no more than there are waiters, leases, and {@value #MAX_KEPT} names kept for their time
 * to live.
 */
final class WorkTable {
  static final int MAX_KEPT = 100_000;

  private final Map<Name, Named> byName = new HashMap<>();
  private final ObjLongConsumer<Alarm> schedule;

  /** Names kept for their time to live. */
  private int kept;

  /**
   * Creates an empty table.
   *
   * @param schedule rings an alarm at a time
   */
  WorkTable(ObjLongConsumer<Alarm> schedule) {
    this.schedule = schedule;
  }

  /**
   * Returns the work that an acquire would repeat; null if there is none.
   *
   * @param acquire one with a dedup
   */
  @Nullable Work find(Acquire acquire, long nowNanos) {
    Dedup dedup = Objects.requireNonNull(acquire.dedup());
    Named named = byName.get(Name.of(acquire, dedup));
    return named == null ? null : named.conflict(dedup, nowNanos);
  }

  /** Returns whether work of this kind can be taken in. */
  boolean hasRoom(Dedup dedup) {
    return dedup.scope() != Dedup.Scope.TTL || kept < MAX_KEPT;
  }

  /** Takes work in, which is pending from now on. */
  Work begin(Acquire acquire, long nowNanos) {
    Dedup dedup = Objects.requireNonNull(acquire.dedup());
    Named named = byName.computeIfAbsent(Name.of(acquire, dedup), Named::new);
    Work work = new Work(acquire, nowNanos);
    named.pending = work;
    return work;
  }

  /** Returns the pending work of this very acquire; null if there is none. */
  @SuppressWarnings("ReferenceEquality") // an equal acquire is another ask for the same work
  @Nullable Work pending(Acquire acquire) {
    Named named = named(acquire);
    return named != null && named.pending != null && named.pending.acquire == acquire
        ? named.pending
        : null;
  }

  /** Notes that an acquire with a dedup was granted. */
  void granted(Acquire acquire, Verdict.Admitted admitted) {
    Work work = Objects.requireNonNull(pending(acquire));
    work.admitted = admitted;
    work.waiter = null;
    Named named = Objects.requireNonNull(named(acquire));
    named.pending = null;
    Lease lease = admitted.lease();
    if (lease != null) {
      named.running.put(lease.id(), work);
    }
    keepLatest(work);
    over(named, work);
  }

  /** Takes work in that was granted before a restart, and runs. */
  void restoreRunning(Lease lease, Verdict.Admitted admitted) {
    Work work = restored(lease.claim().acquire(), lease.grantedAtNanos(), admitted);
    name(work).running.put(lease.id(), work);
    keepLatest(work);
  }

  /** Takes work in that was granted before a restart, and is over or made no lease. */
  void restoreLately(GrantedWork granted, Verdict.Admitted admitted) {
    keepLatest(restored(granted.acquire(), granted.grantedAtNanos(), admitted));
  }

  private static Work restored(Acquire acquire, long askedAtNanos, Verdict.Admitted admitted) {
    Work work = new Work(acquire, askedAtNanos);
    work.admitted = admitted;
    return work;
  }

  private Named name(Work work) {
    Dedup dedup = Objects.requireNonNull(work.acquire.dedup());
    return byName.computeIfAbsent(Name.of(work.acquire, dedup), Named::new);
  }

  private void keepLatest(Work work) {
    Dedup dedup = Objects.requireNonNull(work.acquire.dedup());
    if (dedup.scope() == Dedup.Scope.TTL) {
      Named named = name(work);
      kept += named.latest == null ? 1 : 0;
      named.latest = work;
      schedule.accept(named, work.askedAtNanos + dedup.ttlNanos());
    }
  }

  /** Notes that pending work will not be. */
  void dropped(Work work) {
    Named named = named(work.acquire);
    if (named != null && named.pending == work) {
      named.pending = null;
      over(named, work);
    }
  }

  /**
   * Notes that a lease has ended.
   *
   * @param undone nobody ever worked under it
   */
  void ended(Lease lease, boolean undone) {
    Named named = named(lease.claim().acquire());
    if (named != null) {
      Work work = named.running.remove(lease.id());
      if (undone && work != null && named.latest == work) {
        named.forgetLatest();
      }
      forgetIfOver(named);
    }
  }

  /** Notes that a grant without a lease was taken back. */
  @SuppressWarnings("ReferenceEquality") // an equal grant is another one
  void undone(Verdict.Admitted admitted) {
    Named named = named(admitted.claim().acquire());
    if (named != null && named.latest != null && named.latest.admitted == admitted) {
      named.forgetLatest();
      forgetIfOver(named);
    }
  }

  /** Returns the running work of a lease; null if it has no name. */
  @Nullable Work running(Lease lease) {
    Named named = named(lease.claim().acquire());
    return named == null ? null : named.running.get(lease.id());
  }

  /** Returns how many names are known. */
  int size() {
    return byName.size();
  }

  private @Nullable Named named(Acquire acquire) {
    Dedup dedup = acquire.dedup();
    return dedup == null ? null : byName.get(Name.of(acquire, dedup));
  }

  private void over(Named named, Work work) {
    forgetIfOver(named);
    resumeParked(work);
  }

  /** Lets those go on who asked for the work before it was known what becomes of it. */
  static void resumeParked(Work work) {
    List<Runnable> parked = List.copyOf(work.parked);
    work.parked.clear();
    parked.forEach(Runnable::run);
  }

  private void forgetIfOver(Named named) {
    if (named.pending == null && named.running.isEmpty() && named.latest == null) {
      byName.remove(named.name, named); // not one that took its place since
    }
  }

  private record Name(String resource, String key) {
    static Name of(Acquire acquire, Dedup dedup) {
      return new Name(acquire.demands().get(0).resource(), dedup.key());
    }
  }

  /** Everything under one name. As an alarm it is due when its time to live is over. */
  private final class Named extends Alarm {
    final Name name;
    @Nullable Work pending;
    final LinkedHashMap<LeaseId, Work> running = new LinkedHashMap<>(2);

    /** What was granted last, kept for its time to live. */
    @Nullable Work latest;

    Named(Name name) {
      this.name = name;
    }

    @Nullable Work conflict(Dedup dedup, long nowNanos) {
      if (pending != null || dedup.scope() == Dedup.Scope.PENDING) {
        return pending;
      }
      Work last = null;
      for (Work work : running.values()) {
        last = work;
      }
      boolean lately =
          dedup.scope() == Dedup.Scope.TTL
              && latest != null
              && nowNanos - latest.askedAtNanos < dedup.ttlNanos();
      return last == null && lately ? latest : last;
    }

    void forgetLatest() {
      kept -= latest == null ? 0 : 1;
      latest = null;
    }

    @Override
    void ring(long nowNanos) {
      forgetLatest();
      forgetIfOver(this);
    }
  }
}
