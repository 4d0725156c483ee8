package io.sluice.engine.store.shared;

import io.sluice.engine.model.Blocker;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Verdict;
import io.sluice.engine.timer.TimerWheel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this process took ahead of limits with a slice. In any stretch of time no more is admitted
 * than the limit lets through and what was out, in all processes together, when it began.
 */
final class Slices {
  private final Outbox outbox;
  private final Reach reach;
  private final LongSupplier clock;
  private final TimerWheel<Slice> idle;

  /** Those of which something is out. */
  private final Set<Slice> out = new LinkedHashSet<>();

  Slices(Outbox outbox, Reach reach, LongSupplier clock) {
    this.outbox = outbox;
    this.reach = reach;
    this.clock = clock;
    this.idle = new TimerWheel<>(clock.getAsLong());
  }

  /** Notes what a claim asks for, if it is for slices to give out. */
  void asked(Claim claim) {
    for (Charge charge : claim.charges()) {
      if (charge.bucket() instanceof SharedSpending bucket && bucket.sliceSize() > 0) {
        bucket.slice().asked(charge.permits(), clock.getAsLong());
      }
    }
  }

  /**
   * Gives all of a claim out of what is out; false if that does not cover it. Its request id is
   * known to this process only: another one that is asked again takes anew.
   */
  boolean tryGiveOut(Claim claim) {
    if (!isSliced(claim) || claim.terms() != null) {
      return false;
    }
    long now = clock.getAsLong();
    for (Charge charge : claim.charges()) {
      if (((SharedSpending) charge.bucket()).slice().left(now) < charge.permits()) {
        return false;
      }
    }
    for (Charge charge : claim.charges()) {
      ((SharedSpending) charge.bucket()).slice().spend(charge.permits());
    }
    return true;
  }

  /** Returns what to answer a claim that is known not to fit yet; null = it is not known. */
  @Nullable Verdict refusal(Claim claim) {
    if (claim.queued() || !isSliced(claim)) {
      return null;
    }
    long now = clock.getAsLong();
    List<Verdict.Obstacle> obstacles = new ArrayList<>();
    for (Charge charge : claim.charges()) {
      SharedSpending bucket = (SharedSpending) charge.bucket();
      long wait = bucket.slice().refusedNanos(charge.permits(), now);
      if (wait > 0 && bucket.slice().left(now) < charge.permits()) {
        obstacles.add(
            new Verdict.Obstacle(
                bucket,
                new Blocker(
                    charge.limitName(),
                    charge.resource(),
                    bucket.limit().limit().policy().shortage(),
                    wait,
                    charge.permits(),
                    bucket.remaining(now),
                    "")));
      }
    }
    return obstacles.isEmpty() ? null : new Verdict.Refused(obstacles);
  }

  /** Notes why a claim was refused. */
  void refused(Verdict.Refused refused) {
    for (Verdict.Obstacle obstacle : refused.obstacles()) {
      if (obstacle.bucket() instanceof SharedSpending bucket && bucket.sliceSize() > 0) {
        Blocker blocker = obstacle.blocker();
        bucket.slice().refused(blocker.asked(), blocker.waitNanos(), clock.getAsLong());
      }
    }
  }

  /** Takes ahead what the buckets of a claim want, if the ledger is in reach. */
  void refill(Claim claim) {
    for (Charge charge : claim.charges()) {
      if (charge.bucket() instanceof SharedSpending bucket
          && bucket.sliceSize() > 0
          && !reach.isAway()) {
        long wanted = bucket.slice().wanted(bucket.sliceSize(), clock.getAsLong());
        if (wanted > 0) {
          borrow(bucket, wanted);
        }
      }
    }
  }

  private void borrow(SharedSpending bucket, long permits) {
    long now = clock.getAsLong();
    Slice slice = bucket.slice();
    slice.underWay();
    long generation = reach.generation();
    Posting.Take take =
        new Posting.Take(bucket.account(now), permits, 0, false, bucket.beginsEmpty(now));
    outbox.post(
        List.of(),
        new Posting(List.of(), List.of(take), true, false, null, null),
        now,
        (posted, told) -> {
          if (posted instanceof Posted.Done done && generation == reach.generation()) {
            bucket.told(done.readings().get(0).remaining(), 0, now);
            slice.taken(permits, now);
            out.add(slice);
            idle.schedule(slice, Math.max(clock.getAsLong(), slice.idleNanos()));
          } else {
            slice.notTaken(clock.getAsLong());
          }
        });
  }

  /** Returns how much is out. */
  long outstanding() {
    long sum = 0;
    for (Slice slice : out) {
      sum += slice.left(clock.getAsLong());
    }
    return sum;
  }

  long nextNanos() {
    return idle.nextEventNanos();
  }

  /** Gives back what nobody asks for any more. */
  void advance(long nowNanos) {
    idle.advance(
        nowNanos,
        slice -> {
          if (slice.left(nowNanos) == 0) {
            out.remove(slice);
          } else if (nowNanos >= slice.idleNanos()) {
            slice.giveBack(outbox, nowNanos);
            out.remove(slice);
          } else {
            idle.schedule(slice, slice.idleNanos());
          }
        });
  }

  /** Gives everything back. */
  void close() {
    for (Slice slice : out) {
      idle.cancel(slice);
      slice.giveBack(outbox, clock.getAsLong());
    }
    out.clear();
  }

  /** Forgets what is out, as the ledger does not know any more that it was taken. */
  void drop() {
    out.forEach(Slice::drop);
  }

  private static boolean isSliced(Claim claim) {
    for (Charge charge : claim.charges()) {
      if (!(charge.bucket() instanceof SharedSpending bucket) || bucket.sliceSize() == 0) {
        return false;
      }
    }
    return !claim.charges().isEmpty();
  }
}
