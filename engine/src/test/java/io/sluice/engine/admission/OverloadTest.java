package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How much of what is asked for is answered in time while more is asked for than there is.
 *
 * <p>The model: 40 slots of work of 50 ms on average, exponentially distributed, or a rate of 800/s
 * with the same work behind it; arrivals at random; each client goes away at its deadline, and an
 * answer after it is wasted. Capacity is 800 answers a second.
 */
@Execution(ExecutionMode.CONCURRENT)
class OverloadTest {
  private static final Policy SLOTS = concurrency(40);
  private static final Policy TOKENS = rate(800, Duration.ofSeconds(1), 40);
  private static final double CAPACITY = 800;
  private static final double HOLD_NANOS = 50e6;
  private static final long[] HALF_SECOND = {500_000_000L};
  private static final long[] MIXED = {150_000_000L, 1_000_000_000L};
  private static final long WARM_UP_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long END_NANOS = Duration.ofSeconds(65).toNanos();

  @ParameterizedTest
  @ValueSource(doubles = {1.2, 1.5, 2, 3})
  void interactiveQueueForSlotsAnswersInTimeUnderOverload(double load) {
    Outcome outcome = run(SLOTS, QueueMode.INTERACTIVE, load, HALF_SECOND, 1);
    assertThat(outcome.goodput).as("%s", outcome).isGreaterThanOrEqualTo(0.95);
    assertThat(outcome.wasted).as("%s", outcome).isLessThanOrEqualTo(0.04);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.2, 1.5, 2, 3})
  void interactiveQueueForRateAnswersInTimeUnderOverload(double load) {
    Outcome outcome = run(TOKENS, QueueMode.INTERACTIVE, load, HALF_SECOND, 2);
    assertThat(outcome.goodput).as("%s", outcome).isGreaterThanOrEqualTo(0.95);
    assertThat(outcome.wasted).as("%s", outcome).isLessThanOrEqualTo(0.04);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.2, 1.5, 2, 3})
  void interactiveQueueBearsMixedDeadlines(double load) {
    Outcome outcome = run(SLOTS, QueueMode.INTERACTIVE, load, MIXED, 3);
    assertThat(outcome.goodput).as("%s", outcome).isGreaterThanOrEqualTo(0.93);
  }

  @Test
  void batchQueueUnderOverloadAnswersTooLate() {
    Outcome outcome = run(SLOTS, QueueMode.BATCH, 2, HALF_SECOND, 1);
    assertThat(outcome.goodput).as("what interactive mode is for: %s", outcome).isLessThan(0.75);
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.table", matches = "true")
  void printsTheTable() {
    StringBuilder table = new StringBuilder();
    for (double load : new double[] {0.8, 1, 1.2, 1.5, 2, 3}) {
      table.append(String.format("%n%.1f", load));
      for (Policy policy : new Policy[] {SLOTS, TOKENS}) {
        for (QueueMode mode : QueueMode.values()) {
          table.append(" | ").append(run(policy, mode, load, HALF_SECOND, 5));
        }
        table.append(" | ").append(run(policy, QueueMode.INTERACTIVE, load, MIXED, 6));
      }
    }
    System.out.println(table);
  }

  private static Outcome run(
      Policy policy, QueueMode mode, double load, long[] deadlines, int seed) {
    QueueRules rules = QueueRules.DEFAULT.withMax(100_000).withMode(mode);
    return new Run(Limit.of("api", "api", policy).withQueue(rules), load, deadlines, seed).run();
  }

  /** What came out of a run: goodput as a share of capacity, and the share of wasted grants. */
  private record Outcome(double goodput, double wasted) {
    @Override
    public String toString() {
      return String.format("%.3f (%.1f %%)", goodput, 100 * wasted);
    }
  }

  /** Work that ends. */
  private record End(long atNanos, LeaseId lease) {}

  private static final class Run {
    private final EngineFixture engine;
    private final SplittableRandom random;
    private final double meanGapNanos;
    private final long[] deadlines;
    private final PriorityQueue<End> ends = new PriorityQueue<>(Comparator.comparing(End::atNanos));
    private long granted;
    private long inTime;

    Run(Limit limit, double load, long[] deadlines, int seed) {
      this.engine = EngineFixture.of(new EngineSettings(false, 100_000, 100_000), limit);
      this.random = new SplittableRandom(seed);
      this.meanGapNanos = 1e9 / (load * CAPACITY);
      this.deadlines = deadlines;
    }

    Outcome run() {
      double next = 0;
      while (next < END_NANOS) {
        next += exponential(meanGapNanos);
        while (!ends.isEmpty() && ends.peek().atNanos <= next) {
          End end = ends.remove();
          goTo(end.atNanos);
          engine.release(end.lease);
        }
        goTo((long) next);
        arrive();
      }
      double seconds = (END_NANOS - WARM_UP_NANOS) / 1e9;
      return new Outcome(inTime / seconds / CAPACITY, 1 - (double) inTime / granted);
    }

    private void arrive() {
      long deadline = deadlines[random.nextInt(deadlines.length)];
      long deadlineAt = engine.now() + deadline;
      Acquire acquire =
          Acquire.builder(Demand.of("api"))
              .clientId("client" + random.nextInt(100))
              .maxWaitNanos(deadline)
              .wantLease(true)
              .build();
      engine.engine().acquire(acquire, decision -> decided(decision, deadlineAt), engine.now());
    }

    private void decided(Decision decision, long deadlineAt) {
      if (decision instanceof Decision.Granted grant && grant.leaseId() != null) {
        long end = engine.now() + (long) exponential(HOLD_NANOS);
        ends.add(new End(end, grant.leaseId()));
        if (engine.now() >= WARM_UP_NANOS) {
          granted++;
          inTime += end <= deadlineAt ? 1 : 0;
        }
      }
    }

    private void goTo(long atNanos) {
      if (atNanos > engine.now()) {
        engine.passNanos(atNanos - engine.now());
      }
    }

    private double exponential(double mean) {
      return -mean * Math.log(1 - random.nextDouble());
    }
  }
}
