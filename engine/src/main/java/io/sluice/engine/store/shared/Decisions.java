package io.sluice.engine.store.shared;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.StateStore.Mode;
import io.sluice.engine.store.Verdict;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.engine.store.shared.Posting.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a claim is decided: what can be said here is said at once; else the ledger is asked, and what
 * is not the ledger's is looked at once more when it has answered.
 */
final class Decisions {
  private final MemoryStore local;
  private final Reach reach;
  private final Outbox outbox;
  private final Watch watch;
  private final Resumption resumption;
  private final Slices slices;
  private final long keepNanos;
  private final LongSupplier clock;
  private long fallbackGrants;

  /**
   * Decides claims.
   *
   * @param keepNanos how long the name of a request is kept
   * @param clock the time up to which everything has happened
   */
  Decisions(
      MemoryStore local,
      Reach reach,
      Outbox outbox,
      Watch watch,
      Resumption resumption,
      Slices slices,
      long keepNanos,
      LongSupplier clock) {
    this.local = local;
    this.reach = reach;
    this.outbox = outbox;
    this.watch = watch;
    this.resumption = resumption;
    this.slices = slices;
    this.keepNanos = keepNanos;
    this.clock = clock;
  }

  /** Returns how many claims were granted while the ledger did not answer. */
  long fallbackGrants() {
    return fallbackGrants;
  }

  void decide(Claim claim, Mode mode, Consumer<Verdict> answer) {
    decide(claim, mode, false, answer);
  }

  private void decide(Claim claim, Mode mode, boolean again, Consumer<Verdict> answer) {
    long now = clock.getAsLong();
    if (claim.charges().stream().noneMatch(c -> c.bucket() instanceof SharedBucket)) {
      local.decide(claim, mode, now, answer);
      return;
    }
    Verdict known = known(claim, mode, now);
    if (known != null) {
      answer.accept(local.notTaken(claim, known, now));
      slices.refill(claim);
    } else if (mode == Mode.COMMIT && slices.tryGiveOut(claim)) {
      answer.accept(sliced(claim, now));
      slices.refill(claim);
    } else if (reach.isAway()) {
      decideByShare(claim, mode, answer);
    } else {
      ask(claim, mode, again, answer);
    }
  }

  /** Returns what can be answered without the ledger; else null. */
  private @Nullable Verdict known(Claim claim, Mode mode, long nowNanos) {
    Verdict known = local.check(claim, nowNanos);
    if (known == null) {
      known = interrupted(claim, nowNanos);
    }
    if (known == null && mode == Mode.COMMIT) {
      slices.asked(claim);
      known = slices.refusal(claim);
    }
    return known;
  }

  private Verdict sliced(Claim claim, long nowNanos) {
    reach.counting(Reach.Counting.SLICE);
    try {
      return local.take(claim, claim, local.newLeaseId(), 0, nowNanos);
    } finally {
      reach.counting(Reach.Counting.LEDGER);
    }
  }

  /** Returns what to answer while it is not known what is held, and just after; else null. */
  private @Nullable Verdict interrupted(Claim claim, long nowNanos) {
    List<Verdict.Obstacle> obstacles = new ArrayList<>();
    List<ActiveLimit> tried = new ArrayList<>();
    for (Charge charge : claim.charges()) {
      ActiveLimit limit = charge.bucket().limit();
      if (charge.bucket() instanceof SharedBucket && charge.taken() > 0 && !reach.isAway()) {
        long learning = reach.learningNanos(limit.limit().policy().terms(), nowNanos);
        long wait =
            claim.queued() && learning == 0 ? resumption.waitNanos(limit, nowNanos) : learning;
        if (wait > 0 && limit.limit().isEnforced()) {
          obstacles.add(new Verdict.Obstacle(charge.bucket(), reach.recovering(charge, wait)));
        }
        tried.add(limit);
      }
    }
    if (!obstacles.isEmpty()) {
      return new Verdict.Refused(obstacles);
    }
    if (claim.queued()) {
      tried.forEach(resumption::tried);
    }
    return null;
  }

  private void decideByShare(Claim claim, Mode mode, Consumer<Verdict> answer) {
    Verdict[] verdict = new Verdict[1];
    reach.counting(Reach.Counting.SHARE);
    try {
      local.decide(claim, mode, clock.getAsLong(), told -> verdict[0] = told);
    } finally {
      reach.counting(Reach.Counting.LEDGER);
    }
    if (mode == Mode.COMMIT
        && verdict[0] instanceof Verdict.Admitted admitted
        && !admitted.replayed()) {
      fallbackGrants++;
    }
    answer.accept(verdict[0]);
  }

  private void ask(Claim claim, Mode mode, boolean again, Consumer<Verdict> answer) {
    long now = clock.getAsLong();
    LeaseId resumes = claim.resumes();
    LeaseId id = resumes == null ? local.newLeaseId() : resumes;
    Question question = new Question(claim, mode, id, reach.generation(), now);
    outbox.post(
        List.of(),
        question.posting(keepNanos, resumes == null ? null : local.lease(resumes)),
        now,
        (posted, told) -> {
          answered(question, posted, again, answer);
          slices.refill(claim);
          outbox.flush(clock.getAsLong());
        });
  }

  private void answered(Question question, Posted posted, boolean again, Consumer<Verdict> answer) {
    Claim claim = question.claim();
    if (posted instanceof Posted.Done done) {
      waiting(question, done.readings(), question.mode() == Mode.COMMIT);
      answer.accept(done(question, done));
    } else if (posted instanceof Posted.Refused refused) {
      waiting(question, refused.readings(), false);
      question.tell(refused.readings(), false);
      Verdict.Refused verdict = refused(question, refused.readings());
      slices.refused(verdict);
      answer.accept(verdict);
    } else if (posted instanceof Posted.Repeated repeated) {
      repeated(question, repeated, answer);
    } else {
      unanswered(question, posted);
      if (again) {
        decideByShare(claim, question.mode(), answer);
      } else {
        decide(claim, question.mode(), true, answer);
      }
    }
  }

  private void unanswered(Question question, Posted posted) {
    if (posted instanceof Posted.Stale) {
      reach.stale(question.generation());
    } else if (posted instanceof Posted.Unavailable unavailable
        && unavailable.maybeDone()
        && question.mode() == Mode.COMMIT) {
      giveBack(question, List.of(), true);
    }
  }

  /** Notes how one who waits fared. */
  private void waiting(Question question, List<Posted.Reading> readings, boolean served) {
    if (question.claim().queued()) {
      List<Charge> charges = question.charges();
      for (int i = 0; i < charges.size(); i++) {
        if (served || !readings.get(i).fits()) {
          watch.tried(charges.get(i).bucket(), served, clock.getAsLong());
        }
      }
    }
  }

  private Verdict done(Question question, Posted.Done done) {
    Claim claim = question.claim();
    long now = clock.getAsLong();
    if (question.mode() == Mode.PEEK) {
      question.tell(done.readings(), false);
      return question.isBeyond() ? refused(question, done.readings()) : local.fits(claim, now);
    }
    Claim taken = question.taken(done.readings());
    Verdict since = local.check(taken, now); // what is not the ledger's may have changed
    if (since != null) {
      giveBack(question, done.readings(), false);
      return local.notTaken(claim, since, now);
    }
    question.tell(done.readings(), true);
    Verdict.Admitted admitted =
        local.take(claim, taken, question.lease(), done.fencingToken(), question.askedNanos());
    Lease lease = admitted.lease();
    if (lease != null && question.generation() != reach.generation()) {
      outbox.holdings(lease); // the ledger may have lost it again since
    }
    return admitted;
  }

  private Verdict.Refused refused(Question question, List<Posted.Reading> readings) {
    long now = clock.getAsLong();
    Verdict.Refused refused = new Verdict.Refused(question.obstacles(readings, now));
    var unused = local.notTaken(question.claim(), refused, now);
    return refused;
  }

  /**
   * Gives back what was taken for a claim.
   *
   * @param unsure it is not known whether it was taken
   */
  private void giveBack(Question question, List<Posted.Reading> readings, boolean unsure) {
    Claim claim = question.claim();
    if (unsure && claim.resumes() == null) {
      outbox.say(new Change.Bury(question.lease()));
    }
    List<Charge> charges = question.charges();
    for (int i = 0; i < charges.size(); i++) {
      if (charges.get(i).bucket() instanceof SharedSeats seats) {
        outbox.holding(seats, question.lease());
      } else if (!unsure && readings.get(i).fits()) {
        SharedSpending spending = (SharedSpending) charges.get(i).bucket();
        outbox.giveBack(spending, charges.get(i).permits(), question.askedNanos());
      }
    }
    forget(claim, question.lease());
  }

  /** Lets a request be asked anew whose grant was taken back. */
  void forget(Claim claim, LeaseId lease) {
    if (!claim.acquire().requestId().isEmpty() && claim.resumes() == null) {
      outbox.say(new Change.Forget(Question.requestName(claim.acquire()), lease));
    }
  }

  private void repeated(Question question, Posted.Repeated repeated, Consumer<Verdict> answer) {
    Claim claim = question.claim();
    long now = clock.getAsLong();
    Lease lease = local.lease(repeated.lease());
    if (!repeated.sameBody()) {
      answer.accept(local.notTaken(claim, new Verdict.Conflict(), now));
    } else if (lease != null || claim.terms() == null) {
      answer.accept(local.notTaken(claim, replay(claim, lease), now));
    } else {
      adopt(claim, repeated, answer);
    }
  }

  private Verdict replay(Claim claim, @Nullable Lease lease) {
    long now = clock.getAsLong();
    Verdict known = local.check(claim, now);
    if (known instanceof Verdict.Admitted || known instanceof Verdict.Ended) {
      return known;
    }
    return lease != null && !lease.isLive()
        ? new Verdict.Ended(lease)
        : local.replayed(claim, lease, now);
  }

  /**
   * Begins the lease of a grant that another process made, or this one before it was restarted, if
   * what it took is held still.
   */
  private void adopt(Claim claim, Posted.Repeated repeated, Consumer<Verdict> answer) {
    long begun = clock.getAsLong();
    LeaseId id = repeated.lease();
    Lease lease = new Lease(id, repeated.fencingToken(), claim, List.of(), begun);
    var unused = lease.extend(0, begun);
    outbox.post(
        Renewals.extensions(lease, begun),
        Posting.of(List.of()),
        begun,
        (posted, told) -> {
          Verdict known = local.check(claim, clock.getAsLong());
          if (posted instanceof Posted.Done && told.contains(0L)) {
            lease.end(LeaseState.EXPIRED, "", begun);
            known = new Verdict.Ended(lease);
          }
          answer.accept(
              known != null
                  ? local.notTaken(claim, known, clock.getAsLong())
                  : local.take(claim, claim, id, repeated.fencingToken(), begun).again());
        });
  }
}
