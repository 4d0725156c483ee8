package io.sluice.client.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.QueueFullException;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Listeners;
import io.sluice.client.jobs.JobFailure.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What needs no server. */
@Timeout(60)
class JobManagerTest {
  private final JobBook book = new JobBook(2, 1);
  private final List<String> turns = new ArrayList<>();
  private final JobManager manager = JobManager.of(SluiceClient.connect("127.0.0.1:1"));

  @Test
  void s3_08_sharedIsTheSameForTenThreads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(10);
    try {
      List<Callable<JobManager>> asks = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        asks.add(JobManager::shared);
      }
      Set<JobManager> managers = new HashSet<>();
      for (Future<JobManager> asked : threads.invokeAll(asks)) {
        managers.add(asked.get());
      }
      assertThat(managers).hasSize(1);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void s3_01_jobsAtOnceAreToldByAVariable() {
    SluiceClient client = SluiceClient.connect("127.0.0.1:1");
    assertThat(new JobManagerBuilder(client, Map.of()).maxParallelJobs).isEqualTo(2);
    Map<String, String> eight = Map.of("PIPELINE_MAX_PARALLEL_JOBS", "8");
    assertThat(new JobManagerBuilder(client, eight).maxParallelJobs).isEqualTo(8);
    Map<String, String> bad = Map.of("PIPELINE_MAX_PARALLEL_JOBS", "abc");
    assertThatThrownBy(() -> new JobManagerBuilder(client, bad))
        .hasMessageStartingWith("PIPELINE_MAX_PARALLEL_JOBS must be a whole number");
  }

  @Test
  void s3_03_jobsBeyondTheQueueAreRefused() {
    List<Job<?>> jobs = add(3);
    assertThatThrownBy(() -> add(1))
        .isInstanceOf(QueueFullException.class)
        .hasMessage("QUEUE_FULL: jobs that wait must be at most 1");
    assertThat(turns).containsExactly("1", "2");

    book.ended(jobs.get(1));
    assertThat(turns).containsExactly("1", "2", "3");
    add(1);
  }

  @Test
  void closedBookTellsWhatHasNotEndedAndTakesNoMore() {
    List<Job<?>> jobs = add(3);
    book.begun(jobs.get(0));
    assertThat(book.waiting()).isEqualTo(2);
    assertThat(book.close()).isEqualTo(jobs);
    assertThat(book.close()).isNull();
    assertThat(book.unfinished()).isEqualTo(jobs.subList(0, 2));
    assertThatThrownBy(() -> add(1)).isInstanceOf(RejectedExecutionException.class);
    book.ended(jobs.get(0));
    assertThat(turns).containsExactly("1", "2");
  }

  @Test
  void endedJobsAreFoundAmongTheLast() {
    JobBook small = new JobBook(1, 0);
    for (int i = 0; i < 1002; i++) {
      Job<?> job = new Job<>(manager, small.nextId(), lease -> null);
      small.add(job, () -> {});
      small.ended(job);
    }
    assertThat(small.find("2")).isEmpty();
    assertThat(small.find("3")).isPresent();
  }

  @Test
  void endedJobStaysAsItIs() {
    Job<String> job = new Job<>(manager, "1", lease -> "x");
    job.publish();
    assertThat(job.result()).isNotDone();
    job.fail(Reason.LEASE_LOST, new IllegalStateException("first"));
    job.fail(Reason.EXCEPTION, new IllegalStateException("second"));
    job.cancel("third");
    job.publish();

    assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    assertThat(job.failure()).map(JobFailure::toString).contains("FAILED(LEASE_LOST)");
    assertThatThrownBy(job::await).hasRootCauseMessage("first");
  }

  @Test
  void deniedJobFailsAndTheNextIsAsked() throws Exception {
    SluiceClient closed = SluiceClient.connect("127.0.0.1:1");
    closed.close();
    try (JobManager jobs = JobManager.builder(closed).maxParallelJobs(1).build()) {
      List<Job<String>> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        all.add(jobs.submit(() -> "never"));
      }
      for (Job<String> job : all) {
        assertThatThrownBy(() -> job.result().get(30, TimeUnit.SECONDS))
            .hasRootCauseMessage("the client is closed");
        assertThat(job.failure().orElseThrow().reason()).isEqualTo(Reason.DENIED);
      }
      assertThat(jobs.stats().failed()).isEqualTo(20);
      jobs.close(Duration.ZERO);
      assertThat(jobs.stats().activeWorkers()).isZero();
    }
  }

  @Test
  void listenerThatThrowsIsCountedAndDisturbsNobody() {
    Listeners<Runnable> listeners = new Listeners<>();
    List<String> told = new ArrayList<>();
    listeners.add(
        () -> {
          throw new IllegalStateException("a bad listener");
        });
    listeners.add(() -> told.add("told"));
    listeners.tell(Runnable::run);

    assertThat(told).containsExactly("told");
    assertThat(listeners.failures()).isEqualTo(1);
    for (int i = 2; i < Listeners.MAX; i++) {
      listeners.add(() -> {});
    }
    assertThatThrownBy(() -> listeners.add(() -> {})).hasMessage("listeners must be at most 16");
  }

  private List<Job<?>> add(int count) {
    List<Job<?>> added = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Job<?> job = new Job<>(manager, book.nextId(), lease -> null);
      book.add(job, () -> turns.add(job.id()));
      added.add(job);
    }
    return added;
  }
}
