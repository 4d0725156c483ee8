package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.BucketName;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseSource;
import io.sluice.engine.store.Recorder;
import io.sluice.engine.store.SavedCharge;
import io.sluice.engine.store.SavedLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What of a {@link MemoryStore} is to be kept beyond a restart: told as it changes, told again as a
 * whole from time to time, and brought back.
 */
public final class Records {
  private final Buckets buckets;
  private final SpentBuckets spent;
  private final LeaseTable leases;
  private final LeaseLife life;
  private final RequestLog requests;
  private @Nullable Recorder recorder;

  /** Told what can be spent of each bucket. */
  @FunctionalInterface
  public interface Levels {
    /** Tells numbers that {@link Restoration#level} understands. */
    void level(BucketName bucket, long[] numbers);
  }

  Records(
      Buckets buckets, SpentBuckets spent, LeaseTable leases, LeaseLife life, RequestLog requests) {
    this.buckets = buckets;
    this.spent = spent;
    this.leases = leases;
    this.life = life;
    this.requests = requests;
  }

  /** Tells everything that changes from now on. */
  public void record(Recorder newRecorder) {
    recorder = newRecorder;
    life.record(newRecorder);
    spent.record();
  }

  /** Tells the level of each bucket that changed since the last call; at the end of each step. */
  public void flush(Levels levels, long nowNanos) {
    spent.flush(
        (bucket, taken) -> levels.level(buckets.name(bucket), bucket.save(taken, nowNanos)));
  }

  /** Returns all that is to be known of a lease. */
  public SavedLease saved(Lease lease) {
    List<Charge> charges = lease.claim().charges();
    List<SavedCharge> saved = new ArrayList<>(charges.size());
    for (int i = 0; i < charges.size(); i++) {
      saved.add(saved(charges.get(i), lease));
    }
    return new SavedLease(
        lease.id(),
        lease.fencingToken(),
        lease.claim().acquire(),
        saved,
        Objects.requireNonNull(lease.claim().terms()),
        lease.allotments(),
        lease.grantedAtNanos(),
        lease.heldSinceNanos(),
        lease.ttlNanos(),
        lease.revokedByNanos(),
        lease.state(),
        lease.endState(),
        lease.outcome(),
        lease.endedAtNanos(),
        lease.message());
  }

  private SavedCharge saved(Charge charge, Lease lease) {
    return new SavedCharge(
        buckets.name(charge.bucket()),
        charge.bucket().limit().limit().policy().kind(),
        charge.resource(),
        charge.permits(),
        charge.asks(),
        charge.estimate(),
        charge.ridden(),
        charge.borrowed(),
        lease.held().contains(charge),
        ((MemoryBucket) charge.bucket()).holdings(lease));
  }

  /** Returns a fencing token above all that were given. */
  public long nextFence() {
    return life.nextFence();
  }

  /**
   * Begins to tell everything that is known, so that what was told before is not needed any more.
   *
   * @param limits all that are in force
   */
  public Checkpoint checkpoint(List<ActiveLimit> limits, Levels levels, long nowNanos) {
    return new Checkpoint(
        leases, requests, buckets, limits, Objects.requireNonNull(recorder), levels, nowNanos);
  }

  /**
   * Begins to bring back what was told before a restart, into an empty store.
   *
   * @param limits finds a limit in force by its name
   * @param source has the leases that are brought back dormant, until all have woken
   */
  public Restoration restoration(
      Function<String, @Nullable ActiveLimit> limits, LeaseSource source) {
    return new Restoration(new Restoration.Parts(leases, life, requests, buckets), limits, source);
  }

  /** Returns how many leases are dormant: brought back, and nobody has asked for them since. */
  public int dormant() {
    return leases.dormant();
  }

  /** Wakes some of the leases that are dormant after a restart; returns whether there are more. */
  public boolean wakeSome(int count) {
    return leases.wakeSome(count);
  }

  /** Notes that an acquire was granted without a lease. */
  void granted(Acquire acquire, long nowNanos) {
    if (recorder != null && (!acquire.requestId().isEmpty() || acquire.dedup() != null)) {
      recorder.granted(acquire, nowNanos);
    }
  }

  /** Notes that such a grant never was. */
  void forgotten(Acquire acquire) {
    if (recorder != null && (!acquire.requestId().isEmpty() || acquire.dedup() != null)) {
      recorder.forgotten(acquire);
    }
  }

  /** Notes that it was told how the work of a lease ended that had ended before. */
  void outcome(LeaseId lease, Outcome outcome) {
    if (recorder != null) {
      recorder.outcome(lease, outcome);
    }
  }
}
