package io.sluice.engine.store;

import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.model.SuspendStatus;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where usage lives: token levels, leases, devices, fencing tokens, granted request ids.
 *
 * <p>Guarantees of every store:
 *
 * <ul>
 *   <li>{@link #decide} checks and takes all charges of a claim in one atomic step, or takes none.
 *   <li>A charge of a limit in shadow stands in nobody's way: it is taken if it fits, else it is
 *       left out of the claim that the verdict tells.
 *   <li>Usage is the sum over what leases hold ({@link Lease#held}).
 *   <li>What a lease takes of a limit with a lock delay stays taken for that long after it ended
 *       without a release; a late release frees it at once.
 *   <li>A request id leads to one grant, however often it is asked.
 *   <li>A nested lease takes only what does not ride ({@link Charge#ridden}), and ends with its
 *       parent.
 *   <li>Each answer is told exactly once: before the call returns, or later from the same thread
 *       that drives the engine, never within another call. A store that is elsewhere makes one
 *       round trip for each call with an answer, and none for the others; what a call about a limit
 *       changes, it may send ahead of the decisions that come after.
 * </ul>
 *
 * <p>Calls come from one thread at a time, with a {@code nowNanos} that never falls.
 */
public interface StateStore {
  /** Whether a decision takes what fits. */
  enum Mode {
    /** Take it. */
    COMMIT,
    /** Only say whether it fits. A request id that was granted before is replayed all the same. */
    PEEK
  }

  /**
   * Refuses a limit that it cannot count, before it comes into force.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException naming the field
   */
  default void check(Limit limit) {}

  /** Returns the handle of a bucket, made if it does not exist. */
  Bucket bucket(ActiveLimit limit, BucketKey key, long nowNanos);

  /** Returns a handle good for {@link Mode#PEEK} only; nothing comes to exist by it. */
  Bucket peekBucket(ActiveLimit limit, BucketKey key, long nowNanos);

  /**
   * Keeps a bucket in existence: its handle stays the one that {@link #bucket} returns. Whoever
   * asks the store to decide more than once, or learns the answer later, needs this.
   */
  void retain(Bucket bucket);

  /** Ends {@link #retain}. */
  void unretain(Bucket bucket, long nowNanos);

  /**
   * Says whom to tell of a bucket that may have more than before, although nobody said so here: of
   * a store that others change, too. Called once, before anything else. Told within {@link
   * #expire}, or in a step of its own.
   */
  void listen(Consumer<Bucket> mayHaveMore);

  /** Notes that somebody waits for a bucket, until {@link #unwatch}: changes are to be told. */
  void watch(Bucket bucket);

  /** Notes that nobody waits for a bucket any more. */
  void unwatch(Bucket bucket);

  /**
   * Finds what of a charge rides on a lease and those above it: as many permits as they take of
   * that bucket, and each ask of devices that fits on the devices they hold. An ask rides as a
   * whole or not at all. Local, like every call without an answer; constant while the parent is
   * held.
   *
   * @return the charge itself if nothing rides, or the parent is not held
   */
  Charge ride(Charge charge, LeaseId parent);

  /**
   * Decides a claim. With one that resumes a suspended lease, that holds what the claim charges
   * from now on, whatever it held before; a lease which is held is answered with its present grant,
   * replayed.
   */
  void decide(Claim claim, Mode mode, long nowNanos, Consumer<Verdict> answer);

  /**
   * Takes a grant back whose answer never reached the caller: leases end, or are suspended as
   * before, tokens return, the request id is forgotten. Local, like every call without an answer: a
   * store that is elsewhere sees to it.
   *
   * @param ended told each lease that this ended: the granted one, and those nested on it
   * @return false if nothing was taken back, because the lease has ended or the grant was replayed
   *     to another call of the same request, which holds it now
   */
  boolean undo(Verdict.Admitted admitted, long nowNanos, Consumer<LeaseEnd> ended);

  /**
   * Extends a lease.
   *
   * @param ttlNanos the time to live asked for; 0 = what its acquire asked for
   */
  void renew(LeaseId id, long ttlNanos, long nowNanos, Consumer<Renewal> answer);

  /**
   * Ends a lease, gives unused tokens back if the release says so, and settles an estimate: what
   * was taken less is given back, what was taken more is debited down to as much debt as the limit
   * holds. Once for each grant; the first release to tell the outcome of a lease that had expired
   * or was revoked still debits, but gives nothing back. Notes the outcome, also of a lease that
   * had ended without one.
   */
  void release(Release release, long nowNanos, Consumer<Released> answer);

  /**
   * Gives back what a lease holds, while it lives on; {@link #decide} with a claim that resumes it
   * lets it hold again. One that is suspended stays so.
   */
  void suspend(LeaseId id, long nowNanos, Consumer<Suspended> answer);

  /**
   * Takes a lease back from its holder, at once or in a while; what is left of that while bounds
   * renewals meanwhile. A quarantined lease is free by then. A later call may only shorten it.
   *
   * @param graceNanos the while; 0 = at once
   * @param answer told the lease as it is afterwards; {@link ReleaseStatus#ALREADY_RELEASED} if it
   *     had ended before, {@link ReleaseStatus#UNKNOWN} if there is none
   */
  void revoke(
      LeaseId id, String message, long graceNanos, long nowNanos, Consumer<Released> answer);

  /**
   * Notes that a client has no connection any more: its leases that are to be reclaimed live for
   * their grace at most, unless it comes back, or renews one of them.
   */
  void disconnected(String clientId, long nowNanos);

  /** Notes that a client has a connection: its leases live as long as ever. */
  void connected(String clientId, long nowNanos);

  /** Ends every lease whose time has passed, and tells each. Costs nothing while none has. */
  void expire(long nowNanos, Consumer<LeaseEnd> ended);

  /** Returns when to call {@link #expire} next; {@link Long#MAX_VALUE} = no need. */
  long nextExpiryNanos();

  /**
   * Tells the time of day, which windows of the calendar follow. Told at the start, and again and
   * again since; a store that has its own need not listen.
   *
   * @param epochMillis milliseconds since 1970
   * @return whether it is another than time since the last word made it, so that those who wait for
   *     such a window may have to wait for a longer or a shorter time
   */
  boolean wallClock(long epochMillis, long nowNanos);

  /**
   * Carries the buckets of a limit over to its definition, which was {@code before} until now: what
   * is held stays held, and tokens stay, at most the new burst of them.
   */
  void limitChanged(ActiveLimit limit, Limit before, long nowNanos);

  /**
   * Takes a limit out of force. Leases that hold of it hold on, and count for nothing unless {@link
   * #limitAdded} takes them over.
   */
  void limitRetired(ActiveLimit limit, long nowNanos);

  /**
   * Puts a limit into force. Leases that still hold of a retired limit of the same name, or of the
   * same pool of devices, hold of this one from now on: their claims are told it, and each permit
   * is in the bucket of the demand that asked for it. What rides goes on riding, and a quarantine
   * goes on.
   *
   * <p>What its buckets can spend begins empty if a limit of its name that was spent went out of
   * force before, as of that time: it may have been spent just then.
   *
   * @param successor it takes the place of a limit of another kind, key or pool: what its buckets
   *     can spend begins empty now
   */
  void limitAdded(ActiveLimit limit, boolean successor, long nowNanos);

  /**
   * Lets one bucket that is retained give out by what was learned, until it is told something else:
   * what is held stays held, and tokens stay.
   *
   * @param learned of the kind of its limit's policy, which holds again with null
   * @param spent nothing is left of what can be spent
   */
  void adapt(Bucket bucket, @Nullable Policy learned, boolean spent, long nowNanos);

  /** Makes what the buckets of a limit can spend full. What is held stays held. */
  void limitReset(ActiveLimit limit, long nowNanos);

  /**
   * Takes the inventory of a limit on a pool over: devices appear, are seen again, or are lost.
   * Leases that hold a device which is lost now are revoked, with a message that names it.
   *
   * @param readings what there is, each device once
   * @param ended told each lease that this call ended, in the order of the grants, before the call
   *     returns
   */
  void inventory(
      ActiveLimit limit, List<DeviceReading> readings, long nowNanos, Consumer<LeaseEnd> ended);

  /**
   * Keeps new grants off a device of a limit on a pool, or lets them on again; holders stay.
   *
   * @return whether there is such a device
   */
  boolean cordon(ActiveLimit limit, String uuid, boolean cordoned, long nowNanos);

  /**
   * Returns a lease, also one that ended lately; null if it is not known. One that has ended is a
   * copy of what is known of it.
   */
  @Nullable Lease lease(LeaseId id);

  /**
   * Returns the leases that have not ended, also suspended and quarantined ones, in the order of
   * their fencing tokens.
   */
  Collection<Lease> leases();

  /** Returns how many leases have not ended. */
  int leaseCount();

  /** Returns what one bucket has left. */
  LimitState state(Bucket bucket, long nowNanos);

  /** Returns what is taken of a limit. */
  Usage usage(ActiveLimit limit, long nowNanos);

  /** Returns what is held on each device of a limit, lost ones too; empty if it has none. */
  List<DeviceUsage> devices(ActiveLimit limit);

  /**
   * How a suspension ended.
   *
   * @param status what happened
   * @param lease the lease, if this call suspended it
   */
  record Suspended(SuspendStatus status, @Nullable Lease lease) {}

  /**
   * How a release or revocation ended.
   *
   * @param status what happened
   * @param lease the lease, unless unknown
   * @param firstOutcome the release told how the work ended, and nothing had told it before
   * @param ended the leases that this call ended: that one, and those nested on it
   * @param settlements what the release changed of estimates
   */
  record Released(
      ReleaseStatus status,
      @Nullable Lease lease,
      boolean firstOutcome,
      List<LeaseEnd> ended,
      List<Settlement> settlements) {
    /** There is no such lease. */
    public static final Released UNKNOWN =
        new Released(ReleaseStatus.UNKNOWN, null, false, List.of());

    /** An end that settled nothing. */
    public Released(
        ReleaseStatus status, @Nullable Lease lease, boolean firstOutcome, List<LeaseEnd> ended) {
      this(status, lease, firstOutcome, ended, List.of());
    }
  }
}
