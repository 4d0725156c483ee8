package io.sluice.engine.store.shared;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A claim on its way to the ledger: what is asked for it, and what an answer means for it. */
final class Question {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Claim claim;
  private final StateStore.Mode mode;
  private final LeaseId lease;
  private final long generation;
  private final long askedNanos;

  /** The charges that something is asked for, beside what is asked. */
  private final List<Charge> charges = new ArrayList<>();

  private final List<Posting.Take> takes = new ArrayList<>();

  /** The charges that can be left out, and could never be taken. */
  private final List<Charge> hopeless = new ArrayList<>();

  /**
   * Asks for a claim.
   *
   * @param lease the id of the lease that it would make, or resumes
   * @param generation of the ledger that is asked
   */
  Question(Claim claim, StateStore.Mode mode, LeaseId lease, long generation, long nowNanos) {
    this.claim = claim;
    this.mode = mode;
    this.lease = lease;
    this.generation = generation;
    this.askedNanos = nowNanos;
    for (Charge charge : claim.charges()) {
      if (charge.bucket() instanceof SharedBucket bucket && charge.taken() > 0) {
        ask(charge, bucket);
      }
    }
  }

  private void ask(Charge charge, SharedBucket bucket) {
    boolean optional = !charge.bucket().limit().limit().isEnforced();
    long asked = bucket.asked(charge);
    if (optional && charge.permits() > charge.bucket().limit().limit().largestAsk()) {
      hopeless.add(charge);
    } else {
      charges.add(charge);
      takes.add(
          new Posting.Take(
              bucket.account(askedNanos),
              Math.max(1, asked),
              leaving(charge),
              optional,
              bucket.beginsEmpty(askedNanos)));
    }
  }

  private long leaving(Charge charge) {
    for (Charge first : claim.ahead()) {
      if (first.bucket() == charge.bucket()) {
        return first.taken();
      }
    }
    return 0;
  }

  Claim claim() {
    return claim;
  }

  StateStore.Mode mode() {
    return mode;
  }

  LeaseId lease() {
    return lease;
  }

  long generation() {
    return generation;
  }

  long askedNanos() {
    return askedNanos;
  }

  /** Returns the charges of seats or tokens that are asked for. */
  List<Charge> charges() {
    return charges;
  }

  /** Returns what to post. */
  Posting posting(long keepNanos, @Nullable Lease resumed) {
    Acquire acquire = claim.acquire();
    boolean named = !acquire.requestId().isEmpty() && claim.resumes() == null;
    boolean held = claim.terms() != null || named;
    Posting.Request request =
        named
            ? new Posting.Request(
                requestName(acquire), Fingerprint.of(acquire), keepNanos / NANOS_PER_MILLI)
            : null;
    return new Posting(
        List.of(),
        List.copyOf(takes),
        mode == StateStore.Mode.COMMIT,
        claim.queued(),
        held ? new Posting.Holder(lease, holdMillis(resumed)) : null,
        request);
  }

  /** Returns the claim with what was taken: without what shadow limits would have refused. */
  Claim taken(List<Posted.Reading> readings) {
    List<Charge> kept = new ArrayList<>(claim.charges());
    kept.removeAll(hopeless);
    for (int i = 0; i < charges.size(); i++) {
      if (takes.get(i).optional() && !readings.get(i).fits()) {
        kept.remove(charges.get(i));
      }
    }
    return kept.size() == claim.charges().size() ? claim : claim.withCharges(kept);
  }

  /** Returns the obstacles that the readings show; those asked for more than there can ever be. */
  List<Verdict.Obstacle> obstacles(List<Posted.Reading> readings, long nowNanos) {
    List<Verdict.Obstacle> obstacles = new ArrayList<>();
    for (int i = 0; i < charges.size(); i++) {
      Charge charge = charges.get(i);
      Posted.Reading reading = readings.get(i);
      if (!takes.get(i).optional() && (!reading.fits() || isBeyond(charge))) {
        SharedBucket bucket = (SharedBucket) charge.bucket();
        obstacles.add(
            new Verdict.Obstacle(charge.bucket(), bucket.blocker(charge, reading, nowNanos)));
      }
    }
    return obstacles;
  }

  /** Returns whether it asks for more than there can be, which is only asked to learn of waits. */
  boolean isBeyond() {
    return charges.stream().anyMatch(Question::isBeyond);
  }

  private static boolean isBeyond(Charge charge) {
    return charge.bucket().limit().limit().isEnforced()
        && ((SharedBucket) charge.bucket()).asked(charge) < charge.taken();
  }

  /**
   * Tells the buckets what the ledger has left.
   *
   * @param taking whether what was taken there is about to be taken here
   */
  void tell(List<Posted.Reading> readings, boolean taking) {
    for (int i = 0; i < charges.size(); i++) {
      Posted.Reading reading = readings.get(i);
      long own = taking && reading.fits() ? charges.get(i).taken() : 0;
      ((SharedBucket) charges.get(i).bucket()).told(reading.remaining(), own, askedNanos);
    }
  }

  /** Returns what makes a request the same everywhere. */
  static String requestName(Acquire acquire) {
    String client = acquire.clientId();
    return client.length() + ":" + client + acquire.requestId();
  }

  /** Returns how long a lease of this claim holds its seats, unless it is renewed. */
  private long holdMillis(@Nullable Lease resumed) {
    LeaseTerms terms = claim.terms();
    if (terms == null) {
      return 1; // no lease; only the name of the request is kept
    }
    Lease held = resumed;
    if (held == null) {
      held = new Lease(lease, 0, claim, List.of(), askedNanos);
      var unused = held.extend(0, askedNanos);
    }
    long delay = 0;
    for (Charge charge : charges) {
      LeaseTerms own = charge.bucket().limit().limit().policy().terms();
      delay = own == null ? delay : Math.max(delay, own.lockDelayNanos());
    }
    return Outbox.holdMillis(held, terms.withLockDelayNanos(delay), askedNanos);
  }
}
