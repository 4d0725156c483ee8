package io.sluice.engine.admission;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.BucketName;
import io.sluice.engine.store.DormantLease;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseKind;
import io.sluice.engine.store.Recorder;
import io.sluice.engine.store.SavedLease;
import io.sluice.engine.store.memory.Checkpoint;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.engine.store.memory.Records;
import io.sluice.engine.store.memory.Restoration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** A journal in memory: what a store told, to be told to another after a restart. */
final class Remembered implements Recorder, Records.Levels {
  private final MemoryStore store;
  private final LongSupplier clock;
  private List<Consumer<Restoration>> told = new ArrayList<>();
  private final List<SavedLease> leases = new ArrayList<>();
  private final Map<LeaseKind, LeaseKind> kinds = new HashMap<>(); // looked up only
  private Checkpoint checkpoint;
  private int checkpointBegan;

  Remembered(MemoryStore store, LongSupplier clock) {
    this.store = store;
    this.clock = clock;
    store.records().record(this);
  }

  /** Ends a step. */
  void flush() {
    store.records().flush(this, clock.getAsLong());
  }

  /** Begins to tell all anew, or tells some more of it; forgets what is not needed any more. */
  void checkpoint(AdmissionEngine engine, int count) {
    if (checkpoint == null) {
      checkpointBegan = told.size();
      long fence = store.records().nextFence();
      told.add(restoration -> restoration.fenceFrom(fence));
      checkpoint = store.records().checkpoint(engine.limits(), this, clock.getAsLong());
    } else if (!checkpoint.next(count, clock.getAsLong())) {
      checkpoint = null;
      told = new ArrayList<>(told.subList(checkpointBegan, told.size()));
    }
  }

  int size() {
    return told.size();
  }

  /** Begins to bring back what was told, in another store, as one that goes on after a restart. */
  Restoration restoration(MemoryStore other, Function<String, ActiveLimit> limits) {
    return other.records().restoration(limits, position -> leases.get((int) position));
  }

  /** Tells another store all of it, as one that goes on after a restart. */
  void tell(Restoration restoration, Remembered next) {
    told.forEach(one -> one.accept(restoration));
    next.told.addAll(0, told);
    next.leases.addAll(0, leases);
    next.kinds.putAll(kinds);
  }

  @Override
  public void lease(Lease lease) {
    SavedLease saved = store.records().saved(lease);
    long now = clock.getAsLong();
    DormantLease dormant = dormant(saved, leases.size());
    leases.add(saved);
    told.add(
        dormant == null
            ? restoration -> restoration.lease(saved, now)
            : restoration -> restoration.dormant(dormant, now));
  }

  /** Returns what is to be known of a lease that need not be read now; null if it has to be. */
  private DormantLease dormant(SavedLease saved, long position) {
    Acquire acquire = saved.acquire();
    boolean isUsual =
        saved.state() == LeaseState.GRANTED
            && saved.allotments().isEmpty()
            && saved.revokedByNanos() == Long.MAX_VALUE
            && acquire.parent() == null
            && acquire.dedup() == null
            && acquire.expectedHoldNanos() == 0;
    if (!isUsual) {
      return null;
    }
    LeaseKind kind = new LeaseKind(acquire.demands(), saved.charges(), saved.terms());
    return new DormantLease(
        saved.id(),
        saved.fencingToken(),
        DormantLease.requestHash(acquire.clientId(), acquire.requestId()),
        saved.ttlNanos(),
        kinds.computeIfAbsent(kind, same -> same),
        position);
  }

  @Override
  public void ended(Lease lease) {
    if (checkpoint != null) {
      lease(lease);
      return;
    }
    LeaseId id = lease.id();
    LeaseState state = lease.state();
    Outcome outcome = lease.outcome();
    String message = lease.message();
    long at = lease.endedAtNanos();
    told.add(restoration -> restoration.ended(id, state, outcome, message, at));
  }

  @Override
  public void undone(LeaseId lease) {
    long now = clock.getAsLong();
    told.add(restoration -> restoration.undone(lease, now));
  }

  @Override
  public void outcome(LeaseId lease, Outcome outcome) {
    told.add(restoration -> restoration.outcome(lease, outcome));
  }

  @Override
  public void granted(Acquire acquire, long atNanos) {
    told.add(restoration -> restoration.granted(acquire, atNanos));
  }

  @Override
  public void forgotten(Acquire acquire) {
    told.add(restoration -> restoration.forgotten(acquire));
  }

  @Override
  public void level(BucketName bucket, long[] numbers) {
    long now = clock.getAsLong();
    told.add(restoration -> restoration.level(bucket, numbers, now));
  }
}
