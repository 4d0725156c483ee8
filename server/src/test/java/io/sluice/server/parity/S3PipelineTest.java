package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Duration;
import io.sluice.client.Acquisition;
import io.sluice.client.SluiceClient;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.server.ServerFixture;
import io.sluice.server.config.ConfigurationException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The extraction pipeline: its pages and its settings. The engine's tests have the rest. */
class S3PipelineTest {
  private static final String JOB = "pipeline/jobs";
  private static final String PIPELINE =
      """
      limits:
        - name: jobs
          match: { resource: pipeline/jobs }
          concurrency: { max: "${PIPELINE_MAX_PARALLEL_JOBS:2}" }
        - name: videos
          match: { resource: videos }
          concurrency: { max: 100000 }
          max_permits_per_request: ${MAX_VIDEOS_PER_REQUEST:1000}
      profiles:
        dev: { limits: { videos: { max_permits_per_request: "${MAX_VIDEOS_PER_REQUEST:100}" } } }
        prod: { limits: { jobs: { concurrency: { max: "${PIPELINE_MAX_PARALLEL_JOBS:4}" } } } }
        high-perf:
          limits:
            jobs: { concurrency: { max: "${PIPELINE_MAX_PARALLEL_JOBS:8}" } }
            videos: { max_permits_per_request: "${MAX_VIDEOS_PER_REQUEST:2000}" }
      """;

  @Test
  void s3_02_variableBoundsTheVideosOfARequest() throws Exception {
    try (ServerFixture server = withVariable("MAX_VIDEOS_PER_REQUEST", "100")) {
      assertThat(ask(server, "videos", 100).hasGrant()).isTrue();
      assertThat(ask(server, "videos", 101).getDenial().getReason())
          .isEqualTo(DenialReason.DENIAL_REASON_EXCEEDS_LIMIT);
      assertThat(server.limit("videos").getUsed()).isEqualTo(100);
    }
  }

  @Test
  void s3_08_oneClientServesTenThreads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(10);
    try (ServerFixture server = ServerFixture.start(PIPELINE);
        SluiceClient shared = SluiceClient.connect(server.target())) {
      Acquisition job =
          Acquisition.of(io.sluice.client.Demand.of(JOB)).maxWait(java.time.Duration.ofMinutes(1));
      List<Future<SluiceClient>> users = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        users.add(threads.submit(() -> shared.execute(job, () -> shared)));
      }
      for (Future<SluiceClient> user : users) {
        assertThat(user.get(60, TimeUnit.SECONDS)).isSameAs(shared);
      }
      assertThat(server.limit("jobs").getUsed()).isZero();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void s3_09_resultIsReturnedAndAnErrorOfTheJobIsThrown() throws Exception {
    try (ServerFixture server = ServerFixture.start(PIPELINE);
        SluiceClient client = SluiceClient.connect(server.target())) {
      io.sluice.client.Demand job = io.sluice.client.Demand.of(JOB);
      IOException cause = new IOException("the codec is gone");

      assertThat(client.execute(job, () -> "a result")).isEqualTo("a result");
      assertThatThrownBy(
              () ->
                  client.execute(
                      job,
                      () -> {
                        throw new IllegalStateException("the job failed", cause);
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the job failed")
          .hasCause(cause);
      assertThat(server.limit("jobs").getUsed()).isZero();
    }
  }

  @Test
  void s3_11_statisticsOfAnIdleABusyAndAStoppedPipeline() throws Exception {
    try (ServerFixture server = ServerFixture.start(PIPELINE, ", drain_grace: 0s")) {
      assertThat(statistics(server)).isEqualTo("2, 0, 2, true, 2; busy 0");

      server.grant(JOB);
      server.grant(JOB);
      var unused = queue(server);
      assertThat(statistics(server)).isEqualTo("2, 1, 2, true, 0; busy 2");

      server.server().drain();
      assertThat(statistics(server)).isEqualTo("2, 0, 0, false, 0; busy 2");
    }
  }

  @Test
  void s3_12_settingsAreNumbersAndEqualToTheVariables() throws Exception {
    try (ServerFixture server = withVariable("PIPELINE_MAX_PARALLEL_JOBS", "8")) {
      JsonObject config = json(server, "/config");
      assertThat(config.getAsJsonPrimitive("limits.jobs.concurrency.max").getAsNumber().intValue())
          .isEqualTo(8);
      assertThat(config.getAsJsonPrimitive("limits.jobs.concurrency.max").isNumber()).isTrue();
      assertThat(config.getAsJsonPrimitive("limits.videos.max_permits_per_request").isNumber())
          .isTrue();
      assertThat(config.get("limits.videos.max_permits_per_request").getAsInt()).isEqualTo(1000);

      JsonObject settings = json(server, "/debug/settings");
      assertThat(
              settings.getAsJsonObject("limits.jobs.concurrency.max").get("source").getAsString())
          .endsWith("(${PIPELINE_MAX_PARALLEL_JOBS})");
    }
  }

  @Test
  void s3_13_stopTwiceTellsWhoWaitsAndLetsWhoRunsFinish() throws Exception {
    try (ServerFixture server = ServerFixture.start(PIPELINE, ", drain_grace: 1h")) {
      List<Grant> running = List.of(server.grant(JOB), server.grant(JOB));
      Future<AcquireResponse> queued = queue(server);

      CompletableFuture<Void> stopped = CompletableFuture.runAsync(server.server()::drain);
      assertThat(queued.get(60, TimeUnit.SECONDS).getDenial().getReason())
          .isEqualTo(DenialReason.DENIAL_REASON_DRAINING);
      server.server().drain(); // at once: it has begun

      assertThat(stopped).isNotDone();
      assertThat(running)
          .allMatch(
              job -> server.release(job.getLeaseId()) == ReleaseStatus.RELEASE_STATUS_RELEASED);
      stopped.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void s3_14_variableOverridesTheFile() throws Exception {
    try (ServerFixture server = withVariable("PIPELINE_MAX_PARALLEL_JOBS", "8")) {
      assertThat(json(server, "/concurrency/stats").get("max_parallel_jobs").getAsInt())
          .isEqualTo(8);
    }
  }

  @Test
  void s3_14_badVariableRefusesTheStart() {
    assertThatThrownBy(() -> withVariable("PIPELINE_MAX_PARALLEL_JOBS", "abc"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(
            "limits.jobs.concurrency.max", "abc", "PIPELINE_MAX_PARALLEL_JOBS");
  }

  @ParameterizedTest
  @CsvSource({"dev, 2, 100", "prod, 4, 1000", "high-perf, 8, 2000"})
  void s3_15_everyProfileHasItsPair(String profile, int jobs, int videos) throws Exception {
    try (ServerFixture server =
        ServerFixture.start(PIPELINE, input -> input.withProfile(profile))) {
      assertThat(server.limit("jobs").getCapacity()).isEqualTo(jobs);
      assertThat(json(server, "/config").get("limits.videos.max_permits_per_request").getAsInt())
          .isEqualTo(videos);
    }
  }

  @Test
  void s3_15_variableBeatsTheProfile() throws Exception {
    try (ServerFixture server =
        ServerFixture.start(
            PIPELINE,
            input ->
                input
                    .withProfile("high-perf")
                    .withEnvironment(Map.of("PIPELINE_MAX_PARALLEL_JOBS", "3")))) {
      assertThat(server.limit("jobs").getCapacity()).isEqualTo(3);
    }
  }

  private static ServerFixture withVariable(String name, String value) throws Exception {
    return ServerFixture.start(PIPELINE, input -> input.withEnvironment(Map.of(name, value)));
  }

  private static AcquireResponse ask(ServerFixture server, String resource, long permits) {
    Demand demand = Demand.newBuilder().setResource(resource).setPermits(permits).build();
    return server.admission().acquire(AcquireRequest.newBuilder().addDemands(demand).build());
  }

  /** Lets one more job wait. */
  private static Future<AcquireResponse> queue(ServerFixture server) {
    Duration minute = Duration.newBuilder().setSeconds(60).build();
    Future<AcquireResponse> queued =
        AdmissionServiceGrpc.newFutureStub(server.tcp())
            .acquire(ServerFixture.request(JOB).setMaxWait(minute).build());
    while (server.limit("jobs").getWaiting() == 0) {
      Thread.onSpinWait();
    }
    return queued;
  }

  private static String statistics(ServerFixture server) throws Exception {
    JsonObject statistics = json(server, "/concurrency/stats");
    return "%s, %s, %s, %s, %s; busy %s"
        .formatted(
            statistics.get("max_parallel_jobs"),
            statistics.get("queue_size"),
            statistics.get("active_workers"),
            statistics.get("workers_running"),
            statistics.get("gpu_semaphore_available"),
            statistics.get("busy_workers"));
  }

  private static JsonObject json(ServerFixture server, String path) throws Exception {
    return JsonParser.parseString(server.http(path).body()).getAsJsonObject();
  }
}
