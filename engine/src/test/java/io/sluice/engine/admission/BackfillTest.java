package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who may go before a head that does not fit. */
class BackfillTest {
  private static final long LONG = Duration.ofHours(20).toNanos();

  @Test
  void goesBeforeHeadOnlyIfItEndsBeforeTheHeadCanStart() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(4)));
    engine.granted(engine.ask(ask(3, 10)));
    Call head = engine.call(ask(4, 0));
    engine.pass(Duration.ofSeconds(2));
    Call unknown = engine.call(ask(1, 0));
    Call tooLong = engine.call(ask(1, 9));
    Call fits = engine.call(ask(1, 8));
    assertThat(fits.isGranted()).isTrue();
    assertThat(List.of(head, unknown, tooLong)).noneMatch(Call::isAnswered);
    engine.check();
  }

  @Test
  void nobodyGoesBeforeHeadWhoseStartIsNotKnown() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(4)));
    engine.granted(engine.ask(ask(3, 0)));
    engine.call(ask(4, 5));
    assertThat(engine.call(ask(1, 1)).isAnswered()).isFalse();
  }

  @Test
  void nobodyGoesBeforeHeadThatWaitsForOneThatHoldsLongerThanItTold() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "jobs", concurrency(4)));
    engine.granted(engine.ask(ask(3, 10)));
    engine.call(ask(4, 5));
    engine.pass(Duration.ofSeconds(11));
    assertThat(engine.call(ask(1, 1)).isAnswered()).isFalse();
  }

  @Test
  void noMoreGoBeforeHeadThanTheRulesAllow() {
    for (int most : new int[] {0, 1, 16}) {
      QueueRules rules = QueueRules.DEFAULT.withMaxBypasses(most);
      EngineFixture engine =
          EngineFixture.of(Limit.of("jobs", "jobs", concurrency(10)).withQueue(rules));
      engine.granted(engine.ask(ask(5, 3_000)));
      Call head = engine.call(ask(10, 5));
      List<Call> small = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        Call call = engine.call(ask(1, 1));
        small.add(call);
        engine.pass(Duration.ofMillis(500));
        if (call.isGranted()) {
          engine.release(call.grant().leaseId());
        }
      }
      assertThat(small.stream().filter(Call::isGranted)).hasSize(most);
      assertThat(head.isAnswered()).isFalse();
    }
  }

  @Test
  void nobodyGoesBeforeHeadThatWaitsForTokens() {
    EngineFixture engine =
        EngineFixture.of(Limit.of("jobs", "jobs", rate(10, Duration.ofSeconds(1), 10)));
    engine.granted(engine.ask(ask(5, 1)));
    Call head = engine.call(ask(10, 1));
    assertThat(engine.call(ask(1, 1)).isAnswered()).isFalse();
    engine.pass(Duration.ofMillis(502));
    assertThat(head.isGranted()).isTrue();
  }

  @Test
  void whatIsLeftBesideHeadThatAnotherLimitBlocksIsUsed() {
    QueueRules rules = QueueRules.DEFAULT.withMaxBypasses(1);
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(1)).withQueue(rules),
            Limit.of("disk", "disk", concurrency(3)).withQueue(rules));
    LeaseId job = engine.lease("jobs");
    List<LeaseId> disks = List.of(engine.lease("disk"), engine.lease("disk"), engine.lease("disk"));
    Call both = both(engine);
    Call nextJob = engine.call(of("jobs"));
    Call nextDisk = engine.call(of("disk"));
    engine.release(job);
    assertThat(nextJob.isGranted()).as("the disk blocks the first").isTrue();
    engine.release(disks.get(0));
    assertThat(nextDisk.isAnswered()).as("the first was sent on twice and keeps a disk").isFalse();
    engine.release(disks.get(1));
    assertThat(nextDisk.isGranted()).as("a disk that the first does not need").isTrue();
    assertThat(both.isAnswered()).isFalse();
    engine.release(nextJob.grant().leaseId());
    assertThat(both.isGranted()).isTrue();
  }

  @Test
  void grantWakesThoseWhoStoodBehindInEveryQueue() {
    QueueRules rules = QueueRules.DEFAULT.withMaxBypasses(0);
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(2)).withQueue(rules),
            Limit.of("disk", "disk", concurrency(1)).withQueue(rules));
    LeaseId disk = engine.lease("disk");
    LeaseId one = engine.lease("jobs");
    LeaseId other = engine.lease("jobs");
    Call both = both(engine);
    Call behind = engine.call(ask(1, 0));
    engine.release(one);
    engine.release(other);
    assertThat(behind.isAnswered()).as("the head keeps its place").isFalse();
    engine.release(disk);
    assertThat(both.isGranted()).isTrue();
    assertThat(behind.isGranted()).as("there is a job left").isTrue();
  }

  @Test
  void largeAskIsNotStarvedByTenThousandSmallOnes() {
    for (long holdSeconds : new long[] {0, 1}) {
      EngineFixture engine =
          EngineFixture.of(Limit.of("jobs", "jobs", concurrency(10)).withQueueMax(20_000));
      Service service = new Service(engine);
      for (int i = 0; i < 10; i++) {
        service.ask(builder(1, holdSeconds).clientId("small" + i).build());
      }
      Call large = engine.call(ask(10, holdSeconds));
      int[] asked = new int[1];
      service.then(
          done -> service.ask(builder(1, holdSeconds).clientId("small" + asked[0]++).build()));
      for (int i = 0; i < 100; i++) {
        service.ask(builder(1, holdSeconds).clientId("small" + asked[0]++).build());
      }
      while (!large.isAnswered() && asked[0] < 10_000) {
        service.pass(Duration.ofMillis(100).toNanos());
        service.releaseOldest();
      }
      assertThat(large.isGranted()).isTrue();
      assertThat(service.order()).as("10 before, and what may bypass").hasSizeLessThan(10 + 17);
    }
  }

  @Test
  void askOfTwoLimitsThatAreNeverFreeAtOnceIsServedAfterItsTurns() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("jobs", "jobs", concurrency(1)), Limit.of("disk", "disk", concurrency(1)));
    Service jobs = new Service(engine);
    Service disks = new Service(engine);
    jobs.ask(of("jobs"));
    disks.ask(of("disk"));
    Call both = both(engine);
    for (int i = 0; i < 400; i++) {
      jobs.ask(of("jobs"));
      disks.ask(of("disk"));
    }
    int steps = 0;
    while (!both.isAnswered() && steps < 300) {
      Service next = steps++ % 2 == 0 ? jobs : disks;
      if (next.held() > 0) {
        next.releaseOldest();
      }
    }
    assertThat(both.isGranted()).isTrue();
    int bypassed = jobs.order().size() + disks.order().size() - 2;
    assertThat(bypassed).isLessThanOrEqualTo(2 * (QueueRules.DEFAULT.maxBypasses() + 2));
    engine.release(both.grant().leaseId());
    assertThat(jobs.held() + disks.held()).as("both go on").isEqualTo(2);
  }

  @Test
  void limitsUnderOneTotalNeverExceedIt() {
    EngineFixture engine =
        EngineFixture.of(
            Limit.of("total", "work/*", concurrency(10)).withQueueMax(10_000),
            Limit.of("three", "work/three", concurrency(3)).withQueueMax(10_000),
            Limit.of("seven", "work/seven", concurrency(7)).withQueueMax(10_000));
    SplittableRandom random = new SplittableRandom(3);
    Service service = new Service(engine);
    for (int i = 0; i < 5_000; i++) {
      if (random.nextInt(3) > 0 || service.held() == 0) {
        service.ask(of(random.nextInt(10) < 3 ? "work/three" : "work/seven"));
      } else {
        service.releaseOldest();
      }
      assertThat(engine.used("total")).isBetween(0L, 10L);
      assertThat(engine.used("three")).isLessThanOrEqualTo(3);
      assertThat(engine.used("seven")).isLessThanOrEqualTo(7);
      assertThat(engine.used("total")).isEqualTo(engine.used("three") + engine.used("seven"));
    }
    assertThat(engine.used("total")).as("work conserving").isEqualTo(10);
    service.releaseAll();
    assertThat(engine.check().waiting()).isZero();
  }

  @Test
  void headNeverStartsLaterThanWithoutBackfill() {
    int bypassed = 0;
    for (int seed = 0; seed < 120; seed++) {
      Run with = new Run(seed, 16);
      Run without = new Run(seed, 0);
      assertThat(with.headStart()).as("seed %d", seed).isLessThanOrEqualTo(without.headStart());
      assertThat(without.head.waiter().bypasses).isZero();
      bypassed += with.head.waiter().bypasses;
    }
    assertThat(bypassed).as("the comparison compares something").isGreaterThan(120);
  }

  /** One head behind running work, others behind it; each holds for as long as it told. */
  private static final class Run {
    private final EngineFixture engine;
    private final List<Call> calls = new ArrayList<>();
    private final List<Long> holds = new ArrayList<>();
    private final Head head;

    private record Head(Call call, Waiter waiter) {}

    Run(int seed, int maxBypasses) {
      SplittableRandom random = new SplittableRandom(seed);
      QueueRules rules = QueueRules.DEFAULT.withMaxBypasses(maxBypasses);
      engine =
          EngineFixture.of(
              Limit.of("jobs", "jobs", concurrency(10)).withQueue(rules),
              Limit.of("disks", "disks", concurrency(10)).withQueue(rules));
      ask(random, 0, Demand.of("jobs", 3));
      for (int i = 0; i < 8; i++) {
        ask(random, 3, 0);
      }
      Demand jobs = Demand.of("jobs", 8 + random.nextInt(3));
      Call call = engine.call(Acquire.builder(jobs).maxWaitNanos(LONG).build());
      head = new Head(call, call.waiter());
      for (int i = 0; i < 40; i++) {
        ask(random, 3, LONG);
      }
    }

    long headStart() {
      for (long start = engine.now(); !head.call.isAnswered(); engine.passNanos(50_000_000)) {
        for (int i = 0; i < calls.size(); i++) {
          Call call = calls.get(i);
          if (call.isGranted() && holds.get(i) > 0) {
            long grantedAt = start + call.grant().waitedNanos();
            if (engine.now() >= grantedAt + holds.get(i)) {
              holds.set(i, 0L);
              engine.release(call.grant().leaseId());
            }
          }
        }
      }
      return head.call.grant().waitedNanos();
    }

    private void ask(SplittableRandom random, int most, long maxWait) {
      Demand jobs = Demand.of("jobs", 1 + random.nextInt(most));
      Demand disks = Demand.of("disks", 1 + random.nextInt(most));
      switch (random.nextInt(3)) {
        case 0 -> ask(random, maxWait, jobs);
        case 1 -> ask(random, maxWait, disks);
        default -> ask(random, maxWait, jobs, disks);
      }
    }

    private void ask(SplittableRandom random, long maxWait, Demand... demands) {
      long hold = 50_000_000L * (1 + random.nextInt(100));
      Acquire.Builder acquire = Acquire.builder(demands).maxWaitNanos(maxWait);
      calls.add(engine.call(acquire.expectedHoldNanos(hold).build()));
      holds.add(hold);
    }
  }

  private static Call both(EngineFixture engine) {
    return engine.call(
        Acquire.builder(Demand.of("jobs"), Demand.of("disk")).maxWaitNanos(LONG).build());
  }

  private static Acquire of(String resource) {
    return Acquire.builder(Demand.of(resource)).maxWaitNanos(LONG).build();
  }

  private static Acquire ask(long permits, long holdSeconds) {
    return builder(permits, holdSeconds).build();
  }

  private static Acquire.Builder builder(long permits, long holdSeconds) {
    return Acquire.builder(Demand.of("jobs", permits))
        .expectedHoldNanos(Duration.ofSeconds(holdSeconds).toNanos())
        .ttlNanos(Duration.ofHours(1).toNanos())
        .maxWaitNanos(LONG);
  }
}
