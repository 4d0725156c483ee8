package io.sluice.engine.store;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.timer.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A lease record: what is held, by whom, until when; and after the end, how it ended.
 *
 * <p>The store that made it owns it and alone calls the methods that change it. As a timer it is
 * due when it expires: time to live, and a grace of max(200 ms, 1 %) on top, so that a holder whose
 * clock is up to 1 % slow stops before its place is given away.
 */
public final class Lease extends Timer {
  private static final long MIN_GRACE_NANOS = 200_000_000L;
  private static final long GRACE_SHARE = 100;
  private static final long NEVER = Long.MAX_VALUE;
  private static final String DISCONNECTED = "its client disconnected";
  private static final String HELD_OUT = "it was held for its longest time";

  @Nullable Lease earlier; // links of LeaseList
  @Nullable Lease later;

  private final LeaseId id;
  private long fencingToken;
  private Claim claim;
  private List<Allotment> allotments;
  private final long grantedAtNanos;
  private long heldSinceNanos;
  private List<Charge> held;
  private @Nullable Claim resumedBy;
  private long ttlNanos;
  private long validUntilNanos;
  private long expiresAtNanos;
  private long revokedByNanos = NEVER;
  private long reclaimedByNanos = NEVER;
  private LeaseState state = LeaseState.GRANTED;
  private LeaseState endState = LeaseState.GRANTED;
  private @Nullable Outcome outcome;
  private long endedAtNanos;
  private String message = "";

  /** Creates a live lease; {@link #extend} gives it its time. */
  public Lease(
      LeaseId id, long fencingToken, Claim claim, List<Allotment> allotments, long nowNanos) {
    this.id = id;
    this.fencingToken = fencingToken;
    this.claim = claim;
    this.allotments = allotments;
    this.grantedAtNanos = nowNanos;
    this.heldSinceNanos = nowNanos;
    this.held = claim.charges();
  }

  /** Returns its name. */
  public LeaseId id() {
    return id;
  }

  /** Returns its fencing token: that of its grant, or of when it was last resumed. */
  public long fencingToken() {
    return fencingToken;
  }

  /** Returns what was asked, and what is charged for it. */
  public Claim claim() {
    return claim;
  }

  /** Returns its devices; none while it is suspended. */
  public List<Allotment> allotments() {
    return allotments;
  }

  /** Returns when it was granted. */
  public long grantedAtNanos() {
    return grantedAtNanos;
  }

  /** Returns since when it is held without a break. */
  public long heldSinceNanos() {
    return heldSinceNanos;
  }

  /** Returns where it stands. */
  public LeaseState state() {
    return state;
  }

  /** Returns the charges that are taken now: all while it is held, none after the end. */
  public List<Charge> held() {
    return held;
  }

  /** Returns whether it is held. */
  public boolean isLive() {
    return state == LeaseState.GRANTED;
  }

  /** Returns whether it lives on, but holds nothing. */
  public boolean isSuspended() {
    return state == LeaseState.SUSPENDED;
  }

  /** Returns whether it ended, but something of it is still taken. */
  public boolean isQuarantined() {
    return state == LeaseState.QUARANTINED;
  }

  /** Returns whether nothing more will happen to it. */
  public boolean isEnded() {
    return state == endState && state != LeaseState.GRANTED;
  }

  /** Returns how it ended, also while it is quarantined for that; meaningless before. */
  public LeaseState endState() {
    return endState;
  }

  /** Returns how the work ended, once that was told. */
  public @Nullable Outcome outcome() {
    return outcome;
  }

  /** Returns when it ended, or was quarantined; meaningless while it lives. */
  public long endedAtNanos() {
    return endedAtNanos;
  }

  /** Returns the message of its end, or of the revocation that will end it. */
  public String message() {
    return message;
  }

  /**
   * Returns how long it still lives, as promised to the holder, or how long it is quarantined; at
   * least 0.
   */
  public long remainingNanos(long nowNanos) {
    return isEnded() ? 0 : Math.max(0, validUntilNanos - nowNanos);
  }

  /**
   * Gives it time from now, within its terms.
   *
   * @param askedNanos the time to live asked for; 0 = what the acquire asked for
   * @return the time to live that it got; 0 if it has been held for its longest time, or the grace
   *     of its revocation is over
   */
  public long extend(long askedNanos, long nowNanos) {
    LeaseTerms terms = Objects.requireNonNull(claim.terms());
    long age = nowNanos - grantedAtNanos;
    long longest = terms.maxHoldNanos() - age;
    if (revokedByNanos != NEVER) {
      longest = Math.min(longest, revokedByNanos - nowNanos);
    }
    long asked = askedNanos == 0 ? claim.acquire().ttlNanos() : askedNanos;
    long ttl = Math.min(terms.grant(asked), Math.max(0, longest));
    if (ttl > 0) {
      ttlNanos = ttl;
      liveUntil(nowNanos + ttl, nowNanos);
    }
    return ttl;
  }

  /** Returns the time to live that it got last. */
  public long ttlNanos() {
    return ttlNanos;
  }

  /**
   * Becomes what was saved, before a restart.
   *
   * @param by what was asked, and what is charged for it
   * @param newHeld what of that it holds
   */
  public void restore(SavedLease saved, Claim by, List<Charge> newHeld) {
    fencingToken = saved.fencingToken();
    claim = by;
    held = newHeld;
    allotments = saved.allotments();
    heldSinceNanos = saved.heldSinceNanos();
    ttlNanos = saved.ttlNanos();
    revokedByNanos = saved.revokedByNanos();
    state = saved.state();
    endState = saved.endState();
    outcome = saved.outcome();
    endedAtNanos = saved.endedAtNanos();
    message = saved.message();
  }

  /** Gives it its full time anew, as nobody could renew it during a restart. */
  public void restart(long nowNanos) {
    liveUntil(nowNanos + Math.min(ttlNanos, Math.max(0, revokedByNanos - nowNanos)), nowNanos);
  }

  /** Returns when it ends: the promised time and the grace, or when it is reclaimed before. */
  public long dueNanos() {
    return Math.min(expiresAtNanos, reclaimedByNanos);
  }

  /** Lets it live for a grace at most, because its client disconnected. */
  public void reclaim(long nowNanos) {
    long grace = Objects.requireNonNull(claim.terms()).disconnectGraceNanos();
    reclaimedByNanos = Math.min(reclaimedByNanos, nowNanos + grace);
  }

  /** Returns whether its client disconnected and has not come back. */
  public boolean isToBeReclaimed() {
    return reclaimedByNanos != NEVER;
  }

  /** Lets it live as long as ever, because its client is back. */
  public void keep() {
    reclaimedByNanos = NEVER;
  }

  /**
   * Lets it live, or be quarantined, until a time at most.
   *
   * @param newMessage why, for people
   * @return false if it would have ended by then already, and nothing changed
   */
  public boolean revokeBy(long byNanos, String newMessage, long nowNanos) {
    if (byNanos >= revokedByNanos) {
      return false;
    }
    revokedByNanos = byNanos;
    message = newMessage;
    if (byNanos < validUntilNanos) {
      liveUntil(byNanos, nowNanos);
    }
    return true;
  }

  /** Returns how it ends if its time has passed now. */
  public LeaseState dueState() {
    boolean takenBack = validUntilNanos == revokedByNanos || isHeldOut();
    return takenBack && !isReclaimed() ? LeaseState.REVOKED : LeaseState.EXPIRED;
  }

  /** Returns the message of its end if its time has passed now. */
  public String dueMessage() {
    if (isReclaimed()) {
      return DISCONNECTED;
    }
    if (validUntilNanos == revokedByNanos) {
      return message;
    }
    return isHeldOut() ? HELD_OUT : "";
  }

  private boolean isHeldOut() {
    long maxHold = Objects.requireNonNull(claim.terms()).maxHoldNanos();
    return validUntilNanos - grantedAtNanos >= maxHold;
  }

  /** Lets it live on without holding anything. */
  public void suspend() {
    state = LeaseState.SUSPENDED;
    held = List.of();
    allotments = List.of();
    resumedBy = null;
  }

  /**
   * Lets it hold again, under a new fencing token, as others may have worked.
   *
   * @param by what it holds from now on; what it spent before stays in its claim
   */
  public void resume(long newFence, Claim by, List<Allotment> devices, long nowNanos) {
    state = LeaseState.GRANTED;
    List<Charge> charges = new ArrayList<>(by.charges());
    for (Charge charge : claim.charges()) {
      if (charge.bucket().limit().limit().policy().terms() == null) {
        charges.add(charge);
      }
    }
    claim = claim.withCharges(charges);
    held = charges;
    allotments = devices;
    fencingToken = newFence;
    heldSinceNanos = nowNanos;
    resumedBy = by;
  }

  /** Returns the claim that resumed it, if its grant was told to one call only. */
  public @Nullable Claim resumedBy() {
    return resumedBy;
  }

  /** Notes that it was told to another call that it runs. */
  public void resumedAgain() {
    resumedBy = null;
  }

  /** Returns by when a revocation ends it, or its quarantine; {@link Long#MAX_VALUE} = none. */
  public long revokedByNanos() {
    return revokedByNanos;
  }

  /** Ends it for its holder, while what it took stays taken. */
  public void quarantine(LeaseState how, String newMessage, long nowNanos) {
    List<Charge> taken = held;
    end(how, newMessage, nowNanos);
    state = LeaseState.QUARANTINED;
    held = taken;
    revokedByNanos = NEVER;
  }

  /** Notes which charges of a quarantined lease stay taken, and until when. */
  public void keep(List<Charge> kept, long untilNanos) {
    held = kept;
    validUntilNanos = untilNanos;
  }

  /** Notes that what it was charged for, and what of that it holds, is of other limits now. */
  public void rebind(List<Charge> newCharges, List<Charge> newHeld) {
    claim = claim.withCharges(newCharges);
    held = newHeld;
  }

  /** Ends it. */
  public void end(LeaseState newState, String newMessage, long nowNanos) {
    state = newState;
    endState = newState;
    held = List.of();
    message = newMessage;
    endedAtNanos = nowNanos;
  }

  private boolean isReclaimed() {
    return reclaimedByNanos < expiresAtNanos;
  }

  private void liveUntil(long newValidUntilNanos, long nowNanos) {
    validUntilNanos = newValidUntilNanos;
    long ttl = newValidUntilNanos - nowNanos;
    expiresAtNanos = newValidUntilNanos + Math.max(MIN_GRACE_NANOS, ttl / GRACE_SHARE);
  }

  /** Notes how the work ended. Only the first word counts. */
  public boolean tellOutcome(Outcome told) {
    if (outcome != null) {
      return false;
    }
    outcome = told;
    return true;
  }
}
