package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.Demand;
import io.sluice.client.DeviceAsk;
import io.sluice.client.LeaseLostException;
import io.sluice.client.QueueFullException;
import io.sluice.client.SluiceClient;
import io.sluice.client.jobs.GpuPermit;
import io.sluice.client.jobs.Job;
import io.sluice.client.jobs.JobFailure.Reason;
import io.sluice.client.jobs.JobManager;
import io.sluice.client.jobs.JobStats;
import io.sluice.client.jobs.JobStatus;
import io.sluice.proto.v1.ListLeasesRequest;
import io.sluice.proto.v1.RevokeLeaseRequest;
import io.sluice.server.Patience;
import io.sluice.server.ServerFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The jobs of the extraction pipeline, and the GPUs that they share. */
@Timeout(60)
class S3JobsTest {
  private static final String PIPELINE =
      """
      devices: { cards: { inventory: "fake:2x24000" }, one: { inventory: "fake:1x24000" } }
      limits:
        - { name: jobs, match: { resource: pipeline/jobs }, concurrency: { max: 2 } }
        - { name: gpu, match: { resource: gpu }, concurrency: { max: 2 } }
        - { name: cards, match: { resource: cards }, devices: { pool: cards } }
        - { name: one, match: { resource: one-card }, devices: { pool: one } }
        - { name: shared, match: { resource: "guarded/*" }, concurrency: { max: 2 } }
      """;

  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private ServerFixture server;
  private SluiceClient client;
  private JobManager jobs;

  @BeforeEach
  void start() throws Exception {
    server = ServerFixture.start(PIPELINE);
    client = SluiceClient.connect(server.target());
    jobs = JobManager.builder(client).maxParallelJobs(2).build();
  }

  @AfterEach
  void stop() throws Exception {
    jobs.close(Duration.ZERO);
    client.close();
    server.close();
    threads.shutdownNow();
  }

  @Test
  void s3_01_fiveJobsTwoAtOnceTakeThreeTurns() throws Exception {
    Patience.untilUndisturbed(
        () -> {
          AtomicInteger running = new AtomicInteger();
          AtomicInteger most = new AtomicInteger();
          long began = System.nanoTime();
          List<Job<Integer>> all = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            all.add(
                jobs.submit(
                    () -> {
                      most.accumulateAndGet(running.incrementAndGet(), Math::max);
                      Thread.sleep(200);
                      return running.decrementAndGet();
                    }));
          }
          for (Job<Integer> job : all) {
            job.await();
          }
          assertThat(most).hasValue(2);
          assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began))
              .isBetween(600L, Patience.millis(700));
        });
  }

  @Test
  void s3_03_thirdJobWaitsAndBeyondTheQueueIsRefused() throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (JobManager small = JobManager.builder(client).maxParallelJobs(2).maxQueued(1).build()) {
      Job<String> first = small.submit(() -> ended(mayEnd));
      Job<String> second = small.submit(() -> ended(mayEnd));
      awaitStatus(first, JobStatus.RUNNING);
      awaitStatus(second, JobStatus.RUNNING);
      Job<String> third = small.submit(() -> ended(mayEnd));

      assertThatThrownBy(() -> small.submit(() -> "fourth"))
          .isInstanceOf(QueueFullException.class)
          .hasMessageStartingWith("QUEUE_FULL");
      assertThat(third.status()).isEqualTo(JobStatus.PENDING);
      assertThat(small.stats()).isEqualTo(new JobStats(2, 1, 2, true, 2, 0, 0, 0));
      mayEnd.countDown();
      assertThat(third.await()).isEqualTo("done");
    }
  }

  @Test
  void s3_04_jobsStartInTheOrderOfTheirSubmission() throws Exception {
    List<Integer> started = Collections.synchronizedList(new ArrayList<>());
    try (JobManager serial = JobManager.builder(client).maxParallelJobs(1).build()) {
      Job<Boolean> last = null;
      for (int i = 0; i < 100; i++) {
        int number = i;
        last = serial.submit(() -> started.add(number));
      }
      last.await();
    }
    assertThat(started).isEqualTo(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void s3_05_thirdWaitsForThePermitsOfTheGpuAndAnErrorFreesOne() throws Exception {
    GpuPermit first = jobs.acquireGpu();
    Future<String> failing = threads.submit(this::failInsideTheGuard);
    assertThatThrownBy(failing::get).hasRootCauseMessage("out of memory");

    try (GpuPermit second = threads.submit(() -> jobs.acquireGpu()).get()) {
      Future<String> third =
          threads.submit(
              () -> {
                try (GpuPermit permit = jobs.acquireGpu()) {
                  return permit.lease().id();
                }
              });
      while (server.limit("gpu").getWaiting() == 0) {
        Thread.sleep(1);
      }
      assertThat(third.isDone()).isFalse();
      first.close();
      assertThat(third.get(30, TimeUnit.SECONDS)).isNotEmpty();
      assertThat(second.lease().isValid()).isTrue();
    }
    assertThat(server.limit("gpu").getUsed()).isZero();
  }

  @Test
  void s3_06_jobsThatEnterTheGuardInsideFinish() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    try (JobManager guarded = guarded()) {
      List<Job<String>> two = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        two.add(
            guarded.submit(
                () -> {
                  both.countDown();
                  both.await();
                  try (GpuPermit permit = guarded.acquireGpu()) {
                    return guarded.submitAndWait(() -> "inside " + permit.lease().isValid());
                  }
                }));
      }
      assertThat(two.get(0).await()).isEqualTo("inside true");
      assertThat(two.get(1).await()).isEqualTo("inside true");
    }
    assertThat(server.limit("shared").getUsed()).isZero();
    assertThat(server.limit("shared").getUsedHighWater()).isEqualTo(2);
  }

  @Test
  void s3_06_jobsWithTheGuardAroundThemFinish() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    try (JobManager guarded = guarded()) {
      List<Future<String>> two = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        two.add(
            threads.submit(
                () -> {
                  try (GpuPermit permit = guarded.acquireGpu()) {
                    both.countDown();
                    both.await();
                    return guarded.submitAndWait(() -> "with " + permit.devices().size());
                  }
                }));
      }
      assertThat(two.get(0).get(30, TimeUnit.SECONDS)).isEqualTo("with 0");
      assertThat(two.get(1).get(30, TimeUnit.SECONDS)).isEqualTo("with 0");
    }
    assertThat(server.limit("shared").getUsed()).isZero();
  }

  @Test
  void s3_07_memoryOfOneCardIsNotGrantedTwice() throws Exception {
    Demand large = Demand.of("one-card").devices(DeviceAsk.memoryMib(16_000));
    GpuPermit first = jobs.acquireGpu(large);
    Future<Integer> second = threads.submit(() -> device(large));
    while (server.limit("one").getWaiting() == 0) {
      Thread.sleep(1);
    }
    first.close();
    assertThat(second.get(30, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void s3_07_twoCardsAreTwoDevicesAndAProgramSeesItsOwn() throws Exception {
    Demand large = Demand.of("cards").devices(DeviceAsk.memoryMib(16_000));
    try (GpuPermit first = jobs.acquireGpu(large)) {
      GpuPermit second = threads.submit(() -> jobs.acquireGpu(large)).get();
      assertThat(second.devices().get(0).deviceUuid())
          .isNotEqualTo(first.devices().get(0).deviceUuid());
      ProcessBuilder program = second.applyTo(new ProcessBuilder("true"));
      assertThat(program.environment())
          .containsEntry("CUDA_VISIBLE_DEVICES", second.devices().get(0).deviceUuid());
      second.close();
    }
  }

  @Test
  void s3_09_resultIsReturnedAndAnErrorOfTheJobIsThrown() throws Exception {
    assertThat(jobs.submitAndWait(() -> "a result")).isEqualTo("a result");
    IOException cause = new IOException("the codec is gone");
    assertThatThrownBy(
            () ->
                jobs.submitAndWait(
                    () -> {
                      throw cause;
                    }))
        .isInstanceOf(ExecutionException.class)
        .hasCause(cause);
  }

  @Test
  void s3_10_jobGoesForwardToItsEndAndTellsWhy() throws Exception {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    jobs.onChange((job, status) -> told.add(job.id() + " " + status));
    jobs.onChange(
        (job, status) -> {
          throw new IllegalStateException("a bad listener");
        });

    Job<Integer> good = jobs.submit(new ProcessBuilder("sh", "-c", "exit 0"));
    assertThat(good.await()).isZero();
    Job<Integer> bad = jobs.submit(new ProcessBuilder("sh", "-c", "exit 3"));
    assertThatThrownBy(bad::await).hasRootCauseMessage("sh ended with code 3");
    Job<String> broken =
        jobs.submit(
            () -> {
              throw new IllegalStateException("broken");
            });
    assertThatThrownBy(broken::await).hasRootCauseMessage("broken");

    assertThat(good.status()).isEqualTo(JobStatus.COMPLETED);
    assertThat(bad.failure().orElseThrow().exitCode()).hasValue(3);
    assertThat(bad.failure()).map(Object::toString).contains("FAILED(3)");
    assertThat(broken.failure().orElseThrow().reason()).isEqualTo(Reason.EXCEPTION);
    assertThat(told)
        .containsExactly(
            "1 RUNNING", "1 COMPLETED", "2 RUNNING", "2 FAILED", "3 RUNNING", "3 FAILED");
    assertThat(jobs.stats()).isEqualTo(new JobStats(2, 0, 2, true, 0, 1, 2, 6));
    assertThat(server.limit("jobs").getOutcomesMap())
        .containsEntry("SUCCESS", 1L)
        .containsEntry("ERROR", 2L);
  }

  @Test
  void s3_10_jobWhoseLeaseIsLostHasFailed() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    try (SluiceClient quick = SluiceClient.builder().target(server.target()).build();
        JobManager losing =
            JobManager.builder(quick)
                .job(
                    io.sluice.client.Acquisition.of(Demand.of("pipeline/jobs"))
                        .ttl(Duration.ofSeconds(1)))
                .build()) {
      Job<String> job =
          losing.submit(
              () -> {
                try {
                  return ended(new CountDownLatch(1));
                } catch (InterruptedException stopped) {
                  interrupted.countDown();
                  throw stopped;
                }
              });
      awaitStatus(job, JobStatus.RUNNING);
      server
          .admin()
          .listLeases(ListLeasesRequest.getDefaultInstance())
          .getLeasesList()
          .forEach(
              lease ->
                  server
                      .admin()
                      .revokeLease(
                          RevokeLeaseRequest.newBuilder().setLeaseId(lease.getLeaseId()).build()));

      assertThatThrownBy(() -> job.result().get(30, TimeUnit.SECONDS))
          .hasRootCauseMessage("its lease was lost");
      assertThat(job.failure().orElseThrow().reason()).isEqualTo(Reason.LEASE_LOST);
      interrupted.await();
      assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    }
  }

  @Test
  void s3_13_stopLetsRunningFinishAndTellsWhoeverWaits() throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    List<Job<String>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(jobs.submit(() -> ended(mayEnd)));
    }
    awaitStatus(all.get(0), JobStatus.RUNNING);
    awaitStatus(all.get(1), JobStatus.RUNNING);
    var unused = all.get(4).result().whenComplete((value, cancelled) -> mayEnd.countDown());
    jobs.close();
    jobs.close();

    assertThat(all.get(0).await()).isEqualTo("done");
    assertThat(all.get(1).await()).isEqualTo("done");
    for (Job<String> queued : all.subList(2, 5)) {
      assertThatThrownBy(queued::await).hasCauseInstanceOf(CancellationException.class);
      assertThat(queued.failure().orElseThrow().reason()).isEqualTo(Reason.CANCELLED);
    }
    assertThat(jobs.stats()).isEqualTo(new JobStats(2, 0, 0, false, 0, 2, 3, 0));
  }

  @Test
  void s3_13_afterTheGraceARunningProgramIsEnded() throws Exception {
    Job<Integer> endless = jobs.submit(new ProcessBuilder("sleep", "600"));
    awaitStatus(endless, JobStatus.RUNNING);
    jobs.close(Duration.ZERO);

    assertThat(endless.failure().orElseThrow().reason()).isEqualTo(Reason.CANCELLED);
    assertThat(server.limit("jobs").getUsed()).isZero();
    assertThat(server.limit("jobs").getOutcomesMap()).containsEntry("ABANDONED", 1L);
  }

  @Test
  void s3_16_failedJobsDoNotKeepAGoodOneFromRunning() throws Exception {
    for (int i = 0; i < 10; i++) {
      var unused =
          jobs.submit(
              () -> {
                throw new IllegalStateException("bad work");
              });
    }
    assertThat(jobs.submitAndWait(() -> "good")).isEqualTo("good");
  }

  @Test
  void s3_17_manyClientsNeverHoldMoreThanTheLimit() throws Exception {
    ExecutorService many = Executors.newFixedThreadPool(50);
    try {
      List<Future<Integer>> clients = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        clients.add(many.submit(this::askFiveTimes));
      }
      for (Future<Integer> done : clients) {
        assertThat(done.get(50, TimeUnit.SECONDS)).isEqualTo(5);
      }
      assertThat(server.limit("gpu").getUsedHighWater()).isEqualTo(2);
    } finally {
      many.shutdownNow();
    }
  }

  private int askFiveTimes() throws Exception {
    int held = 0;
    for (int i = 0; i < 5; i++) {
      try (GpuPermit permit = jobs.acquireGpu()) {
        permit.lease().requireValid();
        held++;
      } catch (LeaseLostException unexpected) {
        return -1;
      }
    }
    return held;
  }

  private JobManager guarded() {
    Duration minute = Duration.ofMinutes(1);
    return JobManager.builder(client)
        .maxParallelJobs(2)
        .job(io.sluice.client.Acquisition.of(Demand.of("guarded/job")).maxWait(minute))
        .gpu(io.sluice.client.Acquisition.of(Demand.of("guarded/gpu")).maxWait(minute))
        .build();
  }

  private String failInsideTheGuard() throws Exception {
    try (GpuPermit permit = jobs.acquireGpu()) {
      throw new IllegalStateException("out of memory");
    }
  }

  private int device(Demand demand) throws InterruptedException {
    try (GpuPermit permit = jobs.acquireGpu(demand)) {
      return permit.devices().get(0).deviceIndex();
    }
  }

  private static String ended(CountDownLatch mayEnd) throws InterruptedException {
    mayEnd.await();
    return "done";
  }

  private static void awaitStatus(Job<?> job, JobStatus status) throws InterruptedException {
    while (job.status() != status) {
      Thread.sleep(1);
    }
  }
}
