package io.sluice.engine.parity;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.EngineFixture;
import io.sluice.engine.admission.EngineFixture.Call;
import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.RenewStatus;
import io.sluice.engine.store.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The extraction pipeline: bounded jobs, a semaphore for GPU memory, a queue.
 *
 * <p>Of its pages (rows 3.11, 3.12), its variables and its profiles (3.14, 3.15) the server's tests
 * tell. One manager for a process (3.8) and results of jobs (3.9) have no part in the engine.
 */
class S3PipelineTest {
  private static final String JOB = "pipeline/jobs";
  private static final Duration WORK = Duration.ofMillis(200);
  private final EngineFixture engine =
      EngineFixture.of(Limit.of("jobs", JOB, concurrency(2)).withQueueMax(1));

  @Test
  void s3_01_fiveJobsTwoAtOnceTakeThreeTurns() {
    Runs runs = new Runs(Limit.of("jobs", JOB, concurrency(2)));
    for (int i = 0; i < 5; i++) {
      runs.add(JOB, WORK);
    }

    runs.finish();

    assertThat(runs.overlap()).isEqualTo(2);
    assertThat(runs.duration()).isEqualTo(WORK.multipliedBy(3));
  }

  @Test
  void s3_02_requestOverItsBoundIsRefusedAtOnceAlsoWhenNothingRuns() {
    EngineFixture videos =
        EngineFixture.of(
            Limit.of("videos", "videos", concurrency(5000)).withMaxPermitsPerRequest(1000));

    Call over = videos.call(Runs.waiting(Demand.of("videos", 1001)).build());

    assertThat(over.denial().reason()).isEqualTo(DenialReason.EXCEEDS_LIMIT);
    assertThat(videos.used("videos")).isZero();
    assertThat(videos.granted(videos.ask(Demand.of("videos", 1000))).leaseId()).isNotNull();
  }

  @Test
  void s3_03_thirdJobWaitsAndBeyondTheQueueIsRefused() {
    engine.lease(JOB);
    engine.lease(JOB);
    Call third = engine.waiter(JOB, Runs.PATIENCE);
    Call fourth = engine.waiter(JOB, Runs.PATIENCE);

    assertThat(third.isAnswered()).isFalse();
    assertThat(engine.waiting()).isEqualTo(1);
    assertThat(fourth.denial().reason()).isEqualTo(DenialReason.QUEUE_FULL);
  }

  @Test
  void s3_04_jobsStartInTheOrderOfTheirSubmission() {
    Runs runs = new Runs(Limit.of("jobs", JOB, concurrency(1)));
    List<Runs.Run> submitted = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      submitted.add(runs.add(JOB, WORK));
    }

    runs.finish();

    assertThat(runs.granted()).isEqualTo(submitted);
    assertThat(submitted).extracting(Runs.Run::start).doesNotHaveDuplicates();
  }

  @Test
  void s3_05_thirdWaitsForThePermitsOfTheGpuAndAnErrorFreesOne() {
    EngineFixture gpu =
        EngineFixture.of(Limit.of("gpu", "gpu", new Policy.Slots(2, LeaseTerms.DEFAULT)));
    LeaseId first = gpu.lease("gpu");
    gpu.lease("gpu");
    assertThat(gpu.available("gpu")).isZero();
    Call third = gpu.waiter("gpu", Runs.PATIENCE);
    assertThat(third.isAnswered()).isFalse();

    gpu.release(first, Outcome.ERROR);

    assertThat(third.isGranted()).isTrue();
    assertThat(gpu.available("gpu")).isZero();
  }

  @Test
  void s3_06_twoJobsThatBothEnterTheGuardFinish() {
    // The jobs and the guard inside them take from the same two places.
    EngineFixture gpu =
        EngineFixture.of(Limit.of("gpu", "gpu/**", new Policy.Slots(2, LeaseTerms.DEFAULT)));
    LeaseId one = gpu.lease("gpu/job");
    LeaseId two = gpu.lease("gpu/job");

    Call guardOfOne = gpu.call(guard(one));
    Call guardOfTwo = gpu.call(guard(two));

    assertThat(guardOfOne.isGranted() && guardOfTwo.isGranted()).isTrue();
    assertThat(gpu.used("gpu")).isEqualTo(2);
    gpu.release(Objects.requireNonNull(guardOfOne.grant().leaseId()));
    gpu.release(one);
    assertThat(gpu.used("gpu")).isEqualTo(1);
    gpu.release(Objects.requireNonNull(guardOfTwo.grant().leaseId()));
    gpu.release(two);
    assertThat(gpu.used("gpu")).isZero();
  }

  private static Acquire guard(LeaseId job) {
    return Runs.waiting(Demand.of("gpu/guard")).parent(job).build();
  }

  @Test
  void s3_07_memoryOfACardIsNotGrantedTwice() {
    EngineFixture oneCard = EngineFixture.of(cards(1));
    Decision.Granted first = oneCard.granted(oneCard.ask(mib(16_000)));
    Call second = oneCard.call(Runs.waiting(mib(16_000)).build());
    assertThat(second.isAnswered()).isFalse();
    oneCard.release(Objects.requireNonNull(first.leaseId()));
    assertThat(second.isGranted()).isTrue();

    EngineFixture twoCards = EngineFixture.of(cards(2));
    assertThat(List.of(card(twoCards), card(twoCards)))
        .containsExactlyInAnyOrder("card-0", "card-1");
    assertThat(twoCards.denied(twoCards.ask(mib(16_000))).reason()).isEqualTo(DenialReason.DEVICES);
  }

  @Test
  void s3_10_jobGoesFromTheQueueOverItsGrantToItsOutcome() {
    engine.lease(JOB);
    LeaseId holder = engine.lease(JOB);
    Acquire job = Runs.waiting(Demand.of(JOB)).requestId("job-3").build();
    Call call = engine.call(job);
    assertThat(engine.engine().waiters(engine.now()))
        .singleElement()
        .satisfies(waiting -> assertThat(waiting.acquire().requestId()).isEqualTo("job-3"));

    engine.release(holder);
    LeaseId id = Objects.requireNonNull(call.grant().leaseId());
    assertThat(lease(id).state()).isEqualTo(LeaseState.GRANTED);
    assertThat(engine.waiting()).isZero();

    assertThat(engine.release(id, Outcome.ERROR)).isEqualTo(ReleaseStatus.RELEASED);
    assertThat(lease(id).state()).isEqualTo(LeaseState.RELEASED);
    assertThat(lease(id).outcome()).isEqualTo(Outcome.ERROR);
  }

  @Test
  void s3_10_endedJobNeitherRunsAgainNorEndsOtherwise() {
    LeaseId id = engine.lease(JOB);
    engine.release(id, Outcome.ERROR);

    assertThat(engine.release(id, Outcome.SUCCESS)).isEqualTo(ReleaseStatus.ALREADY_RELEASED);
    assertThat(engine.renew(id, Duration.ZERO).status()).isEqualTo(RenewStatus.LOST);
    assertThat(lease(id).state()).isEqualTo(LeaseState.RELEASED);
    assertThat(lease(id).outcome()).isEqualTo(Outcome.ERROR);
    assertThat(engine.used("jobs")).isZero();
  }

  @Test
  void s3_10_jobWhoseHolderIsGoneExpires() {
    LeaseId id = engine.lease(JOB);

    engine.pass(Duration.ofSeconds(31));

    assertThat(lease(id).state()).isEqualTo(LeaseState.EXPIRED);
    assertThat(engine.release(id)).isEqualTo(ReleaseStatus.EXPIRED);
    assertThat(lease(id).state()).isEqualTo(LeaseState.EXPIRED);
  }

  @Test
  void s3_13_stopTellsWhoWaitsAndLetsWhoRunsFinish() {
    LeaseId running = engine.lease(JOB);
    engine.lease(JOB);
    Call queued = engine.waiter(JOB, Runs.PATIENCE);

    engine.engine().drain(engine.now());
    engine.engine().drain(engine.now());

    assertThat(queued.denial().reason()).isEqualTo(DenialReason.DRAINING);
    assertThat(engine.denied(engine.ask(JOB)).reason()).isEqualTo(DenialReason.DRAINING);
    assertThat(engine.renew(running, Duration.ZERO).status()).isEqualTo(RenewStatus.RENEWED);
    assertThat(engine.release(running)).isEqualTo(ReleaseStatus.RELEASED);
  }

  @Test
  void s3_16_failedJobsDoNotKeepAGoodOneFromRunning() {
    Runs runs = new Runs(Limit.of("jobs", JOB, concurrency(1)));
    for (int i = 0; i < 10; i++) {
      runs.add(Runs.waiting(Demand.of(JOB)).build(), WORK, Outcome.ERROR);
    }
    Runs.Run good = runs.add(JOB, WORK);

    runs.finish();

    assertThat(good.start()).isEqualTo(WORK.multipliedBy(10).toNanos());
    assertThat(runs.counts("jobs").outcomes())
        .containsEntry(Outcome.ERROR, 10L)
        .containsEntry(Outcome.SUCCESS, 1L);
  }

  @Test
  void s3_17_manyClientsNeverHoldMoreThanTheLimit() {
    Runs runs =
        new Runs(
            Limit.of("gpu", "gpu", new Policy.Slots(4, LeaseTerms.DEFAULT)).withQueueMax(1000));
    for (int ask = 0; ask < 20; ask++) {
      for (int client = 0; client < 50; client++) {
        runs.add(Runs.waiting(Demand.of("gpu")).clientId("client " + client).build(), WORK);
      }
    }

    runs.finish();

    assertThat(runs.granted()).hasSize(1000);
    assertThat(runs.overlap()).isEqualTo(4);
    assertThat(runs.counts("gpu").usedHighWater()).isEqualTo(4);
  }

  @Test
  void s3_18_freePlaceIsTakenInTheStepThatFreesIt() {
    engine.lease(JOB);
    LeaseId holder = engine.lease(JOB);
    Call next = engine.waiter(JOB, Runs.PATIENCE);
    engine.pass(WORK);

    engine.release(holder);

    assertThat(next.grant().waitedNanos()).isEqualTo(WORK.toNanos());
    assertThat(engine.used("jobs")).isEqualTo(2);
  }

  private Lease lease(LeaseId id) {
    return Objects.requireNonNull(engine.engine().store().lease(id));
  }

  private static Demand mib(long memoryMib) {
    return Demand.of("gpu").withDevices(DeviceAsk.ofMemory(memoryMib));
  }

  private static String card(EngineFixture engine) {
    Decision.Granted granted = engine.granted(engine.ask(mib(16_000)));
    assertThat(granted.allotments()).hasSize(1);
    return granted.allotments().get(0).deviceUuid();
  }

  private static Limit cards(int count) {
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      devices.add(new Device("card-" + i, i, "card", 24_000));
    }
    return Limit.of(
        "gpu", "gpu", new Policy.Devices("gpu", devices, Placement.BINPACK, 4, LeaseTerms.DEFAULT));
  }
}
