package io.sluice.engine.adaptive.concurrency;

import io.sluice.engine.model.InvalidArgumentException;
import org.jspecify.annotations.Nullable;

/**
 * Takes turns at watching work at the limit and, when its judge asks for it, a little below.
 *
 * <p>Cohorts are chosen by when their work began ({@link Cohort}), one at a time: it is open until
 * enough has begun, then its work is waited for. A probe holds the limit down until work inside has
 * drained, opens a cohort, and lets go once most of that has ended, over the time of a typical
 * piece of work: let go at once, what had to wait outside would come in a lump.
 */
final class ProbingController implements ConcurrencyController {
  /** The fewest answers that say anything. */
  static final long MIN_ANSWERS = 20;

  /** The fewest drops that are not waited for the rest of a cohort with. */
  private static final long MIN_DROPS = 5;

  private static final double MIN_OPEN_NANOS = 20e6;
  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final long FIRST_PATIENCE_NANOS = 3_600_000_000_000L;
  private static final double PATIENCE = 16;
  private static final long PROBE_PIECES = 50;

  /** After that many times a typical latency, what has not ended counts as that long. */
  private static final double CUT_OFF = 2;

  private enum Stage {
    /** Until the limit is full, or has been open for the time of a typical piece of work. */
    SETTLING,
    WATCHING,
    WAITING,
    /** Until no more is in flight than the probe allows. */
    DRAINING,
    PROBING,
    RECEDING
  }

  private final Class<? extends ConcurrencyRules> kind;
  private final Dial dial;
  private final Judge judge;
  private final Ramp ramp = new Ramp();
  private final PieceSize pieces = new PieceSize();
  private Stage stage = Stage.SETTLING;
  private long deadlineNanos;
  private long probeNanos;
  private boolean probed;
  private double typicalNanos;
  private @Nullable Cohort cohort;

  ProbingController(ConcurrencyRules rules, Dial dial, Judge judge, long nowNanos) {
    kind = rules.getClass();
    this.dial = dial;
    this.judge = judge;
    deadlineNanos = nowNanos;
  }

  @Override
  public void started(long inFlight, long nowNanos) {
    advance(nowNanos);
    pieces.started(inFlight);
    if (stage == Stage.SETTLING && pieces.fill(inFlight, dial.limit())) {
      open(Stage.WATCHING, nowNanos);
    } else if (stage == Stage.DRAINING && inFlight <= limit()) {
      open(Stage.PROBING, nowNanos);
    } else if (cohort != null && (stage == Stage.WATCHING || stage == Stage.PROBING)) {
      cohort.started(inFlight, pieces.fill(inFlight, limit()));
      if (isLargeEnough(cohort, nowNanos)) {
        close(cohort, nowNanos);
      }
    }
  }

  @Override
  public void ended(Ending ending, long startedNanos, long inFlight, long nowNanos) {
    advance(nowNanos);
    pieces.ended();
    if (cohort == null) {
      return;
    }
    cohort.ended(ending, startedNanos, nowNanos);
    if (ending == Ending.DROPPED && isOverloadedAlready(cohort)) {
      finish(cohort, nowNanos);
    } else if (stage == Stage.WAITING || stage == Stage.RECEDING) {
      await(cohort, nowNanos);
    }
  }

  @Override
  public void advance(long nowNanos) {
    ramp.at(nowNanos);
    if (nowNanos - deadlineNanos < 0) {
      return;
    }
    if (stage == Stage.SETTLING) {
      open(Stage.WATCHING, nowNanos);
    } else if (cohort == null) {
      open(Stage.PROBING, nowNanos);
    } else if (stage == Stage.WATCHING || stage == Stage.PROBING) {
      if (cohort.started() >= MIN_ANSWERS) {
        close(cohort, nowNanos);
      } else {
        settle(nowNanos);
      }
    } else {
      cutOff(cohort, nowNanos);
    }
  }

  @Override
  public long nextNanos() {
    boolean idle =
        stage == Stage.SETTLING
            || (stage == Stage.WATCHING && cohort != null && cohort.started() == 0);
    return Math.min(idle ? Long.MAX_VALUE : deadlineNanos, ramp.nextNanos(dial.limit()));
  }

  @Override
  public long limit() {
    return ramp.limit(dial.limit());
  }

  @Override
  public void adjust(double factor, long nowNanos) {
    dial.adjust(factor, nowNanos);
    settle(nowNanos);
  }

  @Override
  public void rules(ConcurrencyRules rules, long nowNanos) {
    if (!kind.isInstance(rules)) {
      throw new InvalidArgumentException(
          "controller", "must stay " + kind.getSimpleName() + " but was " + rules);
    }
    dial.rules(rules, nowNanos);
    settle(nowNanos);
  }

  @Override
  public @Nullable LimitMove lastMove() {
    return dial.lastMove();
  }

  @Override
  public SavedConcurrency save() {
    Baseline baseline = judge.baseline();
    return new SavedConcurrency(dial.level(), baseline.root(), baseline.weight());
  }

  @Override
  public void restore(SavedConcurrency saved, long nowNanos) {
    dial.set(saved.limit(), LimitMove.Cause.RESTORED, nowNanos);
    judge.baseline().restore(saved.baseline(), saved.weight());
    judge.resume();
    settle(nowNanos);
  }

  private boolean isLargeEnough(Cohort open, long nowNanos) {
    boolean probing = stage == Stage.PROBING;
    long enough = probing ? PROBE_PIECES : judge.cohortSize();
    double nanos = Math.max(MIN_OPEN_NANOS, (probing ? 0.5 : 1) * typicalNanos);
    return open.started() >= enough && nowNanos - open.openedNanos() >= nanos;
  }

  private boolean isOverloadedAlready(Cohort current) {
    return (stage == Stage.WATCHING || stage == Stage.WAITING)
        && current.started() >= MIN_ANSWERS
        && current.dropped() >= MIN_DROPS
        && judge.isOverloaded(current);
  }

  private void await(Cohort closed, long nowNanos) {
    if (closed.isComplete()) {
      finish(closed, nowNanos);
    } else if (closed.ended() >= closed.started() - closed.ended() && closed.samples() > 0) {
      if (stage == Stage.RECEDING && 4 * closed.ended() >= 3 * closed.started()) {
        ramp.letGo((long) typicalNanos, nowNanos);
      }
      double latency = Math.max(closed.meanNanos(), typicalNanos);
      long cutOffNanos = closed.closedNanos() + (long) (CUT_OFF * latency);
      if (cutOffNanos - deadlineNanos < 0) {
        deadlineNanos = cutOffNanos;
      }
      if (nowNanos - deadlineNanos >= 0) {
        cutOff(closed, nowNanos);
      }
    }
  }

  private void cutOff(Cohort closed, long nowNanos) {
    if (closed.ended() >= closed.started() - closed.ended()) {
      closed.cutOff(nowNanos);
      finish(closed, nowNanos);
    } else {
      settle(nowNanos);
    }
  }

  private void finish(Cohort done, long nowNanos) {
    boolean probe = stage == Stage.RECEDING;
    pieces.rest();
    double depth = Judge.NO_PROBE;
    if (!probe && (done.answers() >= MIN_ANSWERS || judge.isOverloaded(done))) {
      if (done.samples() > 0) {
        typicalNanos = done.meanNanos();
      }
      depth = judge.atLimit(done, probed, nowNanos);
    } else if (probe && done.samples() >= MIN_ANSWERS) {
      judge.below(done, nowNanos - probeNanos, nowNanos);
    }
    probed = probe;
    if (depth < Judge.NO_PROBE) {
      probe(depth, nowNanos);
    } else {
      settle(nowNanos);
    }
  }

  private void probe(double depth, long nowNanos) {
    long limit = dial.limit();
    ramp.hold(Math.max(dial.min(), Math.min(limit - 1, (long) Math.ceil(depth * limit))));
    probeNanos = nowNanos;
    cohort = null;
    enter(Stage.DRAINING, nowNanos + patienceNanos());
  }

  private void settle(long nowNanos) {
    cohort = null;
    ramp.letGo((long) typicalNanos, nowNanos);
    enter(Stage.SETTLING, ramp.overNanos(nowNanos) + (long) typicalNanos);
  }

  private void open(Stage next, long nowNanos) {
    cohort = new Cohort(nowNanos);
    enter(next, nowNanos + patienceNanos());
  }

  private void close(Cohort open, long nowNanos) {
    open.close(nowNanos);
    enter(stage == Stage.PROBING ? Stage.RECEDING : Stage.WAITING, nowNanos + patienceNanos());
  }

  private void enter(Stage next, long deadline) {
    stage = next;
    deadlineNanos = deadline;
  }

  private long patienceNanos() {
    return typicalNanos == 0
        ? FIRST_PATIENCE_NANOS
        : Math.max(PATIENCE_NANOS, (long) (PATIENCE * typicalNanos));
  }
}
