package io.sluice.engine.store.memory;

import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseEnd;
import io.sluice.engine.store.Recorder;
import io.sluice.engine.store.SavedLease;
import io.sluice.engine.timer.Timer;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The life of a lease: it takes its charges, lives until it is due, and gives them back. */
final class LeaseLife {
  private static final String PARENT_ENDED = "its parent ended";

  private final LeaseTable leases;
  private final LeaseTree tree;
  private final ClientLeases clients;
  private final Buckets buckets;
  private final TimerWheel<Timer> wheel;
  private long nextFence;
  private @Nullable Recorder recorder;

  LeaseLife(
      LeaseTable leases,
      LeaseTree tree,
      ClientLeases clients,
      Buckets buckets,
      TimerWheel<Timer> wheel,
      long firstFence) {
    this.leases = leases;
    this.tree = tree;
    this.clients = clients;
    this.buckets = buckets;
    this.wheel = wheel;
    this.nextFence = firstFence;
  }

  /** Tells all that happens to leases from now on. */
  void record(Recorder newRecorder) {
    recorder = newRecorder;
  }

  /** Returns a fencing token above all that were given. */
  long nextFence() {
    return nextFence;
  }

  /** Gives no fencing token below this one any more. */
  void fenceFrom(long fence) {
    nextFence = Math.max(nextFence, fence);
  }

  /** Begins a lease on a claim that fits. */
  Lease begin(LeaseId id, long fence, Claim claim, long nowNanos) {
    List<Allotment> allotments = allotments(claim.charges());
    Lease lease = new Lease(id, fence, claim, allotments, nowNanos);
    nextFence = Math.max(nextFence, fence + 1);
    take(lease, claim.charges(), allotments);
    retain(claim.charges());
    lease.extend(0, nowNanos);
    leases.add(lease);
    tree.add(lease);
    clients.add(lease);
    wheel.schedule(lease, lease.dueNanos());
    changed(lease);
    return lease;
  }

  /**
   * Brings a lease back, or makes one that was brought back what it became. It takes what it held.
   *
   * @param known the lease, if it was brought back before
   * @param by what was asked, and what is charged for it
   * @param held what of that it holds
   * @param holdings finds the devices that it holds of a bucket
   */
  Lease restore(
      SavedLease saved,
      @Nullable Lease known,
      Claim by,
      List<Charge> held,
      Function<Bucket, List<SavedHolding>> holdings,
      long nowNanos) {
    retain(by.charges()); // first, or a bucket that is known is forgotten on the way
    if (known != null) {
      drop(known, known.held());
      unretain(known.claim().charges(), nowNanos);
    }
    Lease lease =
        known != null
            ? known
            : new Lease(
                saved.id(), saved.fencingToken(), by, saved.allotments(), saved.grantedAtNanos());
    lease.restore(saved, by, held);
    for (Charge charge : held) {
      MemoryBucket bucket = (MemoryBucket) charge.bucket();
      bucket.restore(charge, holdings.apply(bucket), lease, nowNanos);
    }
    fenceFrom(saved.fencingToken() + 1);
    if (known == null) {
      leases.add(lease);
      clients.add(lease);
    } else {
      leases.moveToEnd(lease); // its fencing token may be new
    }
    return lease;
  }

  /** Ends a lease alone that was brought back and had ended before the restart. */
  void forget(Lease lease, LeaseState state, String message, long nowNanos) {
    List<Charge> held = lease.held();
    lease.end(state, message, nowNanos);
    leases.ended(lease, nowNanos);
    letGo(lease, held, nowNanos);
    clients.remove(lease);
  }

  /**
   * Lets a lease that was brought back live for its full time from now, once all others are back.
   */
  void restart(Lease lease, long nowNanos) {
    if (lease.isQuarantined()) {
      Quarantine quarantine = Quarantine.of(lease, nowNanos);
      lease.keep(lease.held(), quarantine.endNanos());
      wheel.schedule(lease, Math.max(nowNanos, quarantine.nextNanos()));
    } else {
      tree.add(lease);
      lease.restart(nowNanos);
      wheel.schedule(lease, lease.dueNanos());
    }
  }

  /**
   * Extends a lease.
   *
   * @return the time to live that it got; 0 = it is lost
   */
  long renew(Lease lease, long ttlNanos, long nowNanos) {
    long promised = lease.ttlNanos();
    long ttl = lease.isLive() || lease.isSuspended() ? lease.extend(ttlNanos, nowNanos) : 0;
    if (ttl > 0) {
      clients.seen(lease);
      wheel.schedule(lease, lease.dueNanos());
    }
    if (ttl > promised) {
      changed(lease); // else what was recorded promises as much
    }
    return ttl;
  }

  /** Gives back what a lease holds, while it lives on. */
  void suspend(Lease lease) {
    drop(lease, lease.held());
    lease.suspend();
    changed(lease);
  }

  /** Lets a suspended lease hold again; the claim to do so fits, and says what. */
  void resume(Lease lease, long fence, Claim claim, long nowNanos) {
    List<Allotment> allotments = allotments(claim.charges());
    List<Charge> before = lease.claim().charges();
    lease.resume(fence, claim, allotments, nowNanos);
    nextFence = Math.max(nextFence, fence + 1);
    take(lease, claim.charges(), allotments);
    retain(lease.claim().charges());
    unretain(before, nowNanos);
    leases.moveToEnd(lease);
    changed(lease);
  }

  /** Ends a lease, or its quarantine, at a time at the latest; later calls may only shorten. */
  void revokeBy(
      Lease lease, long byNanos, String message, long nowNanos, Consumer<LeaseEnd> ended) {
    if (!lease.revokeBy(byNanos, message, nowNanos)) {
      return;
    }
    if (lease.isQuarantined()) {
      thin(lease, nowNanos, ended);
    } else {
      wheel.schedule(lease, lease.dueNanos());
      changed(lease);
    }
  }

  /**
   * Ends a lease, and those nested on it. Unless it was released, what it takes of limits with a
   * lock delay stays taken for that long.
   */
  void end(Lease lease, LeaseState state, String message, long nowNanos, Consumer<LeaseEnd> ended) {
    LeaseEnd end = new LeaseEnd(lease, lease.state());
    if (state != LeaseState.RELEASED && Quarantine.isDue(lease)) {
      lease.quarantine(state, message, nowNanos);
      thin(lease, nowNanos, any -> {});
    } else {
      finish(lease, state, message, nowNanos);
    }
    ended.accept(end);
    leaveOthers(lease, nowNanos, ended);
  }

  /** Ends a quarantine at once. */
  void free(Lease lease, long nowNanos, Consumer<LeaseEnd> ended) {
    finish(lease, lease.endState(), lease.message(), nowNanos);
    ended.accept(new LeaseEnd(lease, LeaseState.QUARANTINED));
  }

  /** Ends a lease as if it had never been, and those nested on it. */
  void undo(Lease lease, long nowNanos, Consumer<LeaseEnd> ended) {
    wheel.cancel(lease);
    List<Charge> held = lease.held();
    lease.end(LeaseState.RELEASED, "", nowNanos);
    leases.remove(lease);
    if (recorder != null) {
      recorder.undone(lease.id());
    }
    letGo(lease, held, nowNanos);
    ended.accept(new LeaseEnd(lease, LeaseState.GRANTED));
    leaveOthers(lease, nowNanos, ended);
  }

  /** Ends a lease whose time has passed, or what has passed of its quarantine. */
  void due(Lease lease, long nowNanos, Consumer<LeaseEnd> ended) {
    if (lease.isQuarantined()) {
      thin(lease, nowNanos, ended);
    } else if (!lease.isEnded()) { // else it ended with its parent, due at the same time
      end(lease, lease.dueState(), lease.dueMessage(), nowNanos, ended);
    }
  }

  /** Gives back what has been quarantined long enough. */
  private void thin(Lease lease, long nowNanos, Consumer<LeaseEnd> ended) {
    Quarantine quarantine = Quarantine.of(lease, nowNanos);
    if (quarantine.kept().isEmpty()) {
      free(lease, nowNanos, ended);
      return;
    }
    drop(lease, quarantine.over());
    lease.keep(quarantine.kept(), quarantine.endNanos());
    wheel.schedule(lease, quarantine.nextNanos());
    changed(lease);
    if (!quarantine.over().isEmpty()) {
      ended.accept(new LeaseEnd(lease, LeaseState.QUARANTINED));
    }
  }

  private void finish(Lease lease, LeaseState state, String message, long nowNanos) {
    wheel.cancel(lease);
    List<Charge> held = lease.held();
    lease.end(state, message, nowNanos);
    leases.ended(lease, nowNanos);
    if (recorder != null) {
      recorder.ended(lease);
    }
    letGo(lease, held, nowNanos);
  }

  private void letGo(Lease lease, List<Charge> held, long nowNanos) {
    drop(lease, held);
    unretain(lease.claim().charges(), nowNanos);
  }

  private void changed(Lease lease) {
    if (recorder != null) {
      recorder.lease(lease);
    }
  }

  /** Takes what a lease holds that is dormant after a restart. */
  void takeUnseen(List<Charge> charges) {
    retain(charges);
    for (int i = 0; i < charges.size(); i++) {
      ((MemoryBucket) charges.get(i).bucket()).takeUnseen(charges.get(i));
    }
  }

  /** Keeps buckets for as long as a lease lives: a refund has to reach them. */
  private void retain(List<Charge> charges) {
    for (int i = 0; i < charges.size(); i++) {
      buckets.retain(charges.get(i).bucket());
    }
  }

  private void unretain(List<Charge> charges, long nowNanos) {
    for (int i = 0; i < charges.size(); i++) {
      buckets.unretain(charges.get(i).bucket(), nowNanos);
    }
  }

  private void leaveOthers(Lease lease, long nowNanos, Consumer<LeaseEnd> ended) {
    clients.remove(lease);
    for (Lease nested : tree.remove(lease)) {
      end(nested, lease.endState(), PARENT_ENDED, nowNanos, ended);
    }
  }

  /** Returns where to note the devices; most leases have none, and share one empty list. */
  private static List<Allotment> allotments(List<Charge> charges) {
    for (int i = 0; i < charges.size(); i++) {
      if (!charges.get(i).asks().isEmpty() || !charges.get(i).borrowed().isEmpty()) {
        return new ArrayList<>(1);
      }
    }
    return List.of();
  }

  private static void take(Lease lease, List<Charge> charges, List<Allotment> allotments) {
    for (int i = 0; i < charges.size(); i++) {
      ((MemoryBucket) charges.get(i).bucket()).take(charges.get(i), lease, allotments);
    }
  }

  private static void drop(Lease lease, List<Charge> charges) {
    for (int i = 0; i < charges.size(); i++) {
      ((MemoryBucket) charges.get(i).bucket()).drop(charges.get(i), lease);
    }
  }
}
