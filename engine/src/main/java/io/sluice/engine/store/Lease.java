package io.sluice.engine.store;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.timer.Timer;
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

  @Nullable Lease earlier; // links of LeaseList
  @Nullable Lease later;

  private final LeaseId id;
  private final long fencingToken;
  private Claim claim;
  private final List<Allotment> allotments;
  private final long grantedAtNanos;
  private long validUntilNanos;
  private LeaseState state = LeaseState.GRANTED;
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
  }

  /** Returns its name. */
  public LeaseId id() {
    return id;
  }

  /** Returns its fencing token. */
  public long fencingToken() {
    return fencingToken;
  }

  /** Returns what was asked, and what is charged while it lives. */
  public Claim claim() {
    return claim;
  }

  /** Returns its devices. */
  public List<Allotment> allotments() {
    return allotments;
  }

  /** Returns when it was granted. */
  public long grantedAtNanos() {
    return grantedAtNanos;
  }

  /** Returns where it stands. */
  public LeaseState state() {
    return state;
  }

  /** Returns whether it is held. */
  public boolean isLive() {
    return state == LeaseState.GRANTED;
  }

  /** Returns how the work ended, once that was told. */
  public @Nullable Outcome outcome() {
    return outcome;
  }

  /** Returns when it ended; meaningless while it lives. */
  public long endedAtNanos() {
    return endedAtNanos;
  }

  /** Returns the message of its end. */
  public String message() {
    return message;
  }

  /** Returns how long it still lives, as promised to the holder; at least 0. */
  public long remainingNanos(long nowNanos) {
    return isLive() ? Math.max(0, validUntilNanos - nowNanos) : 0;
  }

  /**
   * Gives it time from now, within its terms.
   *
   * @param askedNanos the time to live asked for; 0 = the default
   * @return the time to live that it got; 0 if it has been held for its longest time
   */
  public long extend(long askedNanos, long nowNanos) {
    LeaseTerms terms = Objects.requireNonNull(claim.terms());
    long held = nowNanos - grantedAtNanos;
    long ttl = Math.min(terms.grant(askedNanos), Math.max(0, terms.maxHoldNanos() - held));
    if (ttl > 0) {
      validUntilNanos = nowNanos + ttl;
    }
    return ttl;
  }

  /** Returns when it expires: the promised time and the grace. */
  public long expiresAtNanos(long nowNanos) {
    long ttl = validUntilNanos - nowNanos;
    return validUntilNanos + Math.max(MIN_GRACE_NANOS, ttl / GRACE_SHARE);
  }

  /** Notes that the limits it holds of are now others. */
  public void rebind(Claim newClaim) {
    claim = newClaim;
  }

  /** Ends it. */
  public void end(LeaseState newState, String newMessage, long nowNanos) {
    state = newState;
    message = newMessage;
    endedAtNanos = nowNanos;
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
