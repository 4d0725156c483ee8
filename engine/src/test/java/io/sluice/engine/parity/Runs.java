package io.sluice.engine.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.stats.LimitCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Work in virtual time that asks, waits, runs for a while and releases; and what ran beside it. */
final class Runs {
  /** Longer than any scenario. */
  static final Duration PATIENCE = Duration.ofHours(1);

  private final EngineFixture engine;
  private final List<Run> all = new ArrayList<>();

  Runs(Limit... limits) {
    this(EngineFixture.of(limits));
  }

  Runs(EngineFixture engine) {
    this.engine = engine;
  }

  EngineFixture engine() {
    return engine;
  }

  /** Starts an acquire of these demands that waits for its turn. */
  static Acquire.Builder waiting(Demand... demands) {
    return Acquire.builder(demands).maxWaitNanos(PATIENCE.toNanos());
  }

  Run add(String resource, Duration work) {
    return add(waiting(Demand.of(resource)).build(), work);
  }

  Run add(Acquire acquire, Duration work) {
    return add(acquire, work, Outcome.SUCCESS);
  }

  /** Asks now; once granted, the run lasts as long as its work and ends with this outcome. */
  Run add(Acquire acquire, Duration work, Outcome outcome) {
    Run run =
        new Run(acquire, engine.call(acquire), engine.now(), work.toNanos(), outcome, all.size());
    all.add(run);
    return run;
  }

  /** Lets time pass until every run has ended that is not denied. */
  Runs finish() {
    for (Run next = nextToEnd(); next != null; next = nextToEnd()) {
      engine.passNanos(next.end() - engine.now());
      engine.release(next.lease(), next.outcome);
      next.ended = true;
      engine.check();
    }
    assertThat(engine.waiting()).as("nobody is left waiting").isZero();
    return this;
  }

  /** Returns the runs that were granted, in the order in which they began. */
  List<Run> granted() {
    return all.stream()
        .filter(run -> run.call.isGranted())
        .sorted(Comparator.comparingLong(Run::start).thenComparingInt(run -> run.place))
        .toList();
  }

  /** Returns the denials, in the order of the asks. */
  List<Decision.Denied> denials() {
    return all.stream()
        .filter(run -> run.call.isAnswered() && !run.call.isGranted())
        .map(run -> run.call.denial())
        .toList();
  }

  /** Returns the most runs that ever ran at once. */
  int overlap() {
    return overlap(run -> true);
  }

  /** Returns the most of these runs that ever ran at once. */
  int overlap(Predicate<Run> which) {
    List<Run> runs = granted().stream().filter(which).toList();
    return runs.stream()
        .mapToInt(run -> (int) runs.stream().filter(other -> other.runsAt(run.start())).count())
        .max()
        .orElse(0);
  }

  /** Returns whether any two of these runs ever ran at once. */
  boolean anyRunInParallel(Predicate<Run> which) {
    return overlap(which) > 1;
  }

  /** Returns when the last run ended. */
  Duration duration() {
    return Duration.ofNanos(granted().stream().mapToLong(Run::end).max().orElse(0));
  }

  /** Returns what a limit has counted. */
  LimitCounters.Counts counts(String limit) {
    return engine.active(limit).counters().snapshot();
  }

  private @Nullable Run nextToEnd() {
    return granted().stream()
        .filter(run -> !run.ended)
        .min(Comparator.comparingLong(Run::end))
        .orElse(null);
  }

  /** One run, from the ask on. */
  static final class Run {
    final Acquire acquire;
    final EngineFixture.Call call;
    private final long askedAtNanos;
    private final long workNanos;
    private final Outcome outcome;
    private final int place;
    private boolean ended;

    private Run(
        Acquire acquire,
        EngineFixture.Call call,
        long askedAtNanos,
        long workNanos,
        Outcome outcome,
        int place) {
      this.acquire = acquire;
      this.call = call;
      this.askedAtNanos = askedAtNanos;
      this.workNanos = workNanos;
      this.outcome = outcome;
      this.place = place;
    }

    LeaseId lease() {
      return Objects.requireNonNull(call.grant().leaseId());
    }

    long start() {
      return askedAtNanos + call.grant().waitedNanos();
    }

    long end() {
      return start() + workNanos;
    }

    boolean asksFor(String resource) {
      return acquire.demands().stream().anyMatch(demand -> demand.resource().equals(resource));
    }

    String attribute(String name) {
      return acquire.demands().get(0).attributes().getOrDefault(name, "");
    }

    private boolean runsAt(long nanos) {
      return start() <= nanos && nanos < end();
    }
  }
}
