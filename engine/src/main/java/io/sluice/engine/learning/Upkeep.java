package io.sluice.engine.learning;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.timer.TimerWheel;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Keeps learners: makes one when its bucket is first asked, puts into force in the store what it
 * learns, wakes it when time alone may change something, and forgets it when nobody has used it for
 * ten minutes.
 */
final class Upkeep {
  private final StateStore store;
  private final RandomGenerator random;
  private final Consumer<Bucket> mayHaveMore;
  private final TimerWheel<Learner> wheel;
  private final LearnerTable table = new LearnerTable();
  private boolean gatesChanged;

  /**
   * Creates it with nothing learned.
   *
   * @param random spreads in time what many would do at once
   * @param mayHaveMore told each bucket of which more may be had than before
   */
  Upkeep(StateStore store, RandomGenerator random, Consumer<Bucket> mayHaveMore, long nowNanos) {
    this.store = store;
    this.random = random;
    this.mayHaveMore = mayHaveMore;
    this.wheel = new TimerWheel<>(nowNanos);
  }

  /** Returns the learners there are. */
  LearnerTable table() {
    return table;
  }

  /** Returns the learner of a bucket, which begins now if it has none. */
  Learner learner(Bucket bucket, long nowNanos) {
    Learner known = table.find(bucket);
    if (known != null) {
      return known;
    }
    store.retain(bucket);
    Learner learner = new Learner(bucket, random, nowNanos);
    table.add(learner);
    settle(learner, nowNanos);
    return learner;
  }

  /** Puts into force what was learned. */
  void settle(Learner learner, long nowNanos) {
    gatesChanged |= learner.advance(nowNanos);
    boolean resumes = learner.resumes(nowNanos);
    Policy next = learner.next(nowNanos);
    if (next != null || resumes) {
      Policy policy = next != null ? next : learner.bucket().policy();
      store.adapt(learner.bucket(), policy, resumes, nowNanos);
      mayHaveMore.accept(learner.bucket());
    }
    long due = learner.nextNanos(nowNanos);
    if (due == Long.MAX_VALUE) {
      wheel.cancel(learner);
    } else if (!learner.isScheduled() || learner.deadlineNanos() != due) {
      wheel.schedule(learner, due);
    }
  }

  /** Goes on by limits that may be others now. */
  void limitsChanged(long nowNanos) {
    for (Learner learner : table.all()) {
      ActiveLimit limit = learner.bucket().limit();
      if (limit.isRetired() || !limit.limit().learning().isAny()) {
        forget(learner, nowNanos);
      } else {
        learner.follow(nowNanos);
        settle(learner, nowNanos);
      }
    }
    gatesChanged = true;
  }

  /** Moves time on. */
  void advance(long nowNanos) {
    wheel.advance(
        nowNanos,
        learner -> {
          if (learner.isForgettable(nowNanos)) {
            forget(learner, nowNanos);
          } else {
            settle(learner, nowNanos);
          }
        });
  }

  private void forget(Learner learner, long nowNanos) {
    wheel.cancel(learner);
    table.remove(learner);
    store.adapt(learner.bucket(), null, false, nowNanos);
    store.unretain(learner.bucket(), nowNanos);
    mayHaveMore.accept(learner.bucket());
  }

  /** Returns when to call {@link #advance} next. */
  long nextEventNanos() {
    return wheel.nextEventNanos();
  }

  /** Returns whether something closed or opened since this was last asked. */
  boolean takeGatesChanged() {
    boolean changed = gatesChanged;
    gatesChanged = false;
    return changed;
  }
}
