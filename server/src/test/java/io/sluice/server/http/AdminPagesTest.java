package io.sluice.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Duration;
import io.sluice.proto.v1.AdaptivePolicy;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.FixedPolicy;
import io.sluice.proto.v1.GetLimitRequest;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.PutLimitRequest;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.server.ServerFixture;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class AdminPagesTest {
  private static final String JOBS =
      """
      limits:
        - { name: jobs, match: { resource: pipeline/jobs }, concurrency: { max: 2 } }
      """;

  @Test
  void S3_11_concurrencyStatsKeepsTheFiveNumbersOfThePipeline() throws Exception {
    try (ServerFixture server = ServerFixture.start(JOBS)) {
      assertThat(stats(server)).isEqualTo(numbers(2, 0, 2, true, 2, 0));
      server.grant("pipeline/jobs");
      server.grant("pipeline/jobs");
      var unused =
          AdmissionServiceGrpc.newFutureStub(server.tcp())
              .acquire(
                  ServerFixture.request("pipeline/jobs")
                      .setMaxWait(Duration.newBuilder().setSeconds(10))
                      .build());
      while (server.limit("jobs").getWaiting() == 0) {
        Thread.onSpinWait();
      }
      assertThat(stats(server)).isEqualTo(numbers(2, 1, 2, true, 0, 2));
      assertThat(server.http("/stats.csv").body())
          .contains("resource,pipeline/jobs,queued,,1", "resource,pipeline/jobs,waiting,,1");
    }
  }

  @Test
  void S3_11_stoppedServerHasNoWorkers() throws Exception {
    try (ServerFixture server = ServerFixture.start(JOBS, ", drain_grace: 1s")) {
      server.server().drain();
      assertThat(stats(server)).isEqualTo(numbers(2, 0, 0, false, 2, 0));
      assertThat(server.http("/readyz").statusCode()).isEqualTo(503);
      assertThat(server.http("/healthz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void otherLimitsMayStandForJobsAndGpu() throws Exception {
    try (ServerFixture server =
        ServerFixture.start(
            """
            limits:
              - { name: work, match: { resource: work }, concurrency: { max: 3 } }
              - { name: cards, match: { resource: cards }, devices: { slots: 5 } }
            """)) {
      assertThat(server.http("/concurrency/stats").statusCode()).isEqualTo(404);
      JsonObject stats = json(server.http("/concurrency/stats?jobs=work&gpu=cards"));
      assertThat(stats.get("max_parallel_jobs").getAsInt()).isEqualTo(3);
      assertThat(stats.get("gpu_semaphore_available").getAsInt()).isEqualTo(5);
    }
  }

  @Test
  void metricsCountDecisions() throws Exception {
    try (ServerFixture server = ServerFixture.start(JOBS)) {
      server.grant("pipeline/jobs");
      server.grant("pipeline/jobs");
      server.acquire("pipeline/jobs");
      Thread.sleep(250); // a scrape may be 200 ms old
      assertThat(server.http("/metrics").body())
          .contains(
              "sluice_decisions_total{decision=\"granted\",kind=\"concurrency\",limit=\"jobs\",reason=\"\"} 2.0",
              "sluice_decisions_total{decision=\"denied\",kind=\"concurrency\",limit=\"jobs\",reason=\"concurrency\"} 1.0",
              "sluice_limit_used{kind=\"concurrency\",limit=\"jobs\"} 2.0",
              "sluice_leases 2.0");
    }
  }

  @Test
  void metricsOfWhatLearnsComeAndGoWithIt() throws Exception {
    String limits =
        """
        limits:
          - { name: api, match: { resource: api }, rate: { permits: 10 }, adaptive: aimd }
          - { name: jobs, match: { resource: jobs }, concurrency: { max: 1 },
              breaker: { consecutive_failures: 1, open: 1h, max_open: 1h } }
        """;
    try (ServerFixture server = ServerFixture.start(limits)) {
      assertThat(server.http("/metrics").body())
          .contains(
              "sluice_limit_adaptive{kind=\"rate\",limit=\"api\"} 10.0",
              "sluice_limit_held_seconds{kind=\"rate\",limit=\"api\"} 0.0",
              "sluice_limit_breaker_state{kind=\"concurrency\",limit=\"jobs\"} 0.0")
          .doesNotContain(
              "sluice_limit_adaptive{kind=\"concurrency\"", "breaker_state{kind=\"rate\"");
      end(
          server,
          "api",
          Release.newBuilder()
              .setOutcome(Outcome.OUTCOME_THROTTLED)
              .setRetryAfter(Duration.newBuilder().setSeconds(300)));
      end(server, "jobs", Release.newBuilder().setOutcome(Outcome.OUTCOME_ERROR));
      Thread.sleep(250); // a scrape may be 200 ms old
      assertThat(server.http("/metrics").body())
          .contains(
              "sluice_limit_adaptive{kind=\"rate\",limit=\"api\"} 5.0",
              "sluice_limit_breaker_state{kind=\"concurrency\",limit=\"jobs\"} 2.0")
          .containsPattern(
              "sluice_limit_held_seconds\\{kind=\"rate\",limit=\"api\"} [23][0-9]{2}\\.");

      Limit api =
          server.admin().getLimit(GetLimitRequest.newBuilder().setLimit("api").build()).getLimit();
      AdaptivePolicy fixed =
          AdaptivePolicy.newBuilder().setFixed(FixedPolicy.getDefaultInstance()).build();
      server
          .admin()
          .putLimit(
              PutLimitRequest.newBuilder().setLimit(api.toBuilder().setAdaptive(fixed)).build());
      String body = server.http("/metrics").body();
      for (int i = 0; i < 100 && body.contains("sluice_limit_adaptive"); i++) {
        Thread.sleep(20); // a snapshot is shared by the scrapes of 200 ms
        body = server.http("/metrics").body();
      }
      assertThat(body)
          .doesNotContain("sluice_limit_adaptive", "sluice_limit_held")
          .contains("sluice_limit_capacity{kind=\"rate\",limit=\"api\"} 10.0");
    }
  }

  private static void end(ServerFixture server, String resource, Release.Builder release) {
    var unused =
        server
            .admission()
            .release(
                ReleaseRequest.newBuilder()
                    .addReleases(release.setLeaseId(server.grant(resource).getLeaseId()))
                    .build());
  }

  @Test
  void configurationShowsValuesAndSources() throws Exception {
    try (ServerFixture server = ServerFixture.start(JOBS)) {
      JsonObject config = json(server.http("/config"));
      assertThat(config.get("limits.jobs.concurrency.max").getAsInt()).isEqualTo(2);
      JsonObject settings = json(server.http("/debug/settings"));
      assertThat(
              settings.getAsJsonObject("limits.jobs.concurrency.max").get("source").getAsString())
          .isEqualTo("test:3");
      assertThat(settings.getAsJsonObject("server.unmatched").get("source").getAsString())
          .isEqualTo("default");
    }
  }

  @Test
  void onlyKnownPagesAndOnlyReading() throws Exception {
    try (ServerFixture server = ServerFixture.start(JOBS)) {
      assertThat(server.http("/nothing").statusCode()).isEqualTo(404);
      assertThat(server.http("/healthz/more").statusCode()).isEqualTo(404);
      assertThat(server.http("/concurrency/stats?jobs=%00").statusCode()).isEqualTo(404);
    }
  }

  private static JsonObject stats(ServerFixture server) throws Exception {
    HttpResponse<String> response = server.http("/concurrency/stats");
    assertThat(response.statusCode()).isEqualTo(200);
    return json(response);
  }

  private static JsonObject json(HttpResponse<String> response) {
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }

  private static JsonObject numbers(
      int max, int queued, int active, boolean running, int gpu, int busy) {
    JsonObject numbers = new JsonObject();
    numbers.addProperty("max_parallel_jobs", max);
    numbers.addProperty("queue_size", queued);
    numbers.addProperty("active_workers", active);
    numbers.addProperty("workers_running", running);
    numbers.addProperty("gpu_semaphore_available", gpu);
    numbers.addProperty("busy_workers", busy);
    return numbers;
  }
}
