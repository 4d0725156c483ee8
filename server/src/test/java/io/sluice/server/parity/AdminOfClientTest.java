package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.SluiceAdmin;
import io.sluice.client.SluiceClient;
import io.sluice.client.admin.AdaptiveRate;
import io.sluice.client.admin.AdaptiveRate.Controller;
import io.sluice.client.admin.Adjusted;
import io.sluice.client.admin.ConcurrencyLimit;
import io.sluice.client.admin.Holder;
import io.sluice.client.admin.Match;
import io.sluice.client.admin.Purge;
import io.sluice.client.admin.Purged;
import io.sluice.client.admin.RateLimit;
import io.sluice.client.statistics.ActiveAlert;
import io.sluice.client.statistics.LimitStatistics;
import io.sluice.client.statistics.Statistics;
import io.sluice.client.statistics.StatisticsFormat;
import io.sluice.client.tasks.AlertListener;
import io.sluice.client.tasks.AlertWatch;
import io.sluice.server.ServerFixture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the client's administration and statistics say and change, at a real server. */
class AdminOfClientTest {
  private static final ConcurrencyLimit JOBS =
      ConcurrencyLimit.of("jobs", Match.of("jobs"), 2).ttl(Duration.ofMinutes(1));

  private ServerFixture server;
  private SluiceClient client;
  private SluiceAdmin admin;

  @BeforeEach
  void start() throws Exception {
    server = ServerFixture.start("limits: []\n");
    client = SluiceClient.builder().target(server.target()).clientId("tester").build();
    admin = client.admin();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.close();
  }

  @Test
  void limitsThatArePutCountAndLimitsThatAreDeletedAreGone() throws Exception {
    admin.putConcurrency(JOBS);
    admin.putRate(RateLimit.perSecond("calls", Match.of("calls").by("tenant"), 2.5));

    Statistics statistics = client.statistics();
    LimitStatistics jobs = statistics.limit("jobs").orElseThrow();
    assertThat(jobs.kind()).isEqualTo(LimitStatistics.Kind.CONCURRENCY);
    assertThat(jobs.capacity()).isEqualTo(2);
    LimitStatistics calls = statistics.limit("calls").orElseThrow();
    assertThat(calls.currentRate()).isEqualTo(2.5);
    assertThat(calls.capacity()).isEqualTo(2);
    assertThat(statistics.process().serving()).isTrue();

    admin.deleteLimit("calls");
    assertThat(client.statistics().limit("calls")).isEmpty();
    assertThatThrownBy(() -> admin.deleteLimit("calls"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("calls");
  }

  @Test
  void badLimitsAreRefusedByTheNameOfTheField() throws Exception {
    admin.putConcurrency(JOBS);

    assertThatThrownBy(
            () -> admin.putConcurrency(ConcurrencyLimit.of("jobs", Match.of("jobs"), -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max");
    assertThatThrownBy(() -> admin.adjustRate("jobs", 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("adaptive");
    assertThat(client.statistics().limit("jobs").orElseThrow().capacity()).isEqualTo(2);
  }

  @Test
  void adaptiveRateIsMultipliedAndPutAnewItIsFixed() throws Exception {
    RateLimit fixed = RateLimit.perSecond("chat", Match.of("chat"), 100);
    admin.putRate(fixed.adaptive(AdaptiveRate.of(Controller.AIMD).initial(10).between(1, 100)));
    client.acquire(Demand.of("chat")).close();

    assertThat(admin.adjustRate("chat", 0.5)).isEqualTo(new Adjusted(10, 5));
    assertThat(client.statistics().limit("chat").orElseThrow().adaptive().orElseThrow().current())
        .isEqualTo(5);

    admin.putRate(fixed);
    assertThat(client.statistics().limit("chat").orElseThrow().adaptive()).isEmpty();
  }

  @Test
  void holdersArePutDownWithTheirLabels() throws Exception {
    admin.putConcurrency(JOBS);
    try (Lease lease =
        client.acquire(Acquisition.of(Demand.of("jobs")).label("title", "a long film"))) {
      List<Holder> holders = admin.holders("jobs");

      assertThat(holders).hasSize(1);
      Holder holder = holders.get(0);
      assertThat(holder.leaseId()).isEqualTo(lease.id());
      assertThat(holder.clientId()).isEqualTo("tester");
      assertThat(holder.resources()).containsExactly("jobs");
      assertThat(holder.charges()).isEqualTo(Map.of("jobs", 1L));
      assertThat(holder.labels()).isEqualTo(Map.of("title", "a long film"));
      assertThat(holder.remaining()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(1));
    }
    assertThat(admin.holders("jobs")).isEmpty();
  }

  @Test
  void pausedResourceLetsNobodyStartAndPurgeSendsAway() throws Exception {
    admin.putConcurrency(JOBS);
    Lease held = client.acquire(Demand.of("jobs"));
    admin.pause("jobs", "repairs");
    CompletableFuture<Lease> waits =
        client.acquireAsync(Acquisition.of(Demand.of("jobs")).maxWait(Duration.ofMinutes(1)));
    while (client.statistics().process().waiting() == 0) {
      Thread.onSpinWait();
    }

    assertThat(admin.purge(Purge.ofResource("jobs").andHolders().because("over")))
        .isEqualTo(new Purged(1, 1));
    assertThatThrownBy(waits::get).hasMessageContaining("SHED");
    assertThat(client.tryAcquire(Demand.of("jobs"))).isEmpty();
    admin.resume("jobs");
    assertThat(client.tryAcquire(Demand.of("jobs"))).isPresent();
    held.close();
  }

  @Test
  void s0_22_exportedFiguresParseAndAreThoseOfTheSnapshot() throws Exception {
    admin.putConcurrency(JOBS);
    client.acquire(Demand.of("jobs")).close();

    LimitStatistics jobs = client.statistics().limit("jobs").orElseThrow();
    JsonObject json =
        JsonParser.parseString(client.export(StatisticsFormat.JSON)).getAsJsonObject();
    JsonObject limit = json.getAsJsonArray("limits").get(0).getAsJsonObject();
    assertThat(limit.get("granted").getAsLong()).isEqualTo(jobs.granted()).isOne();
    assertThat(limit.get("capacity").getAsLong()).isEqualTo(jobs.capacity());
    assertThat(client.export(StatisticsFormat.CSV)).contains("limit,jobs,granted,,1");
    assertThat(client.export(StatisticsFormat.PROMETHEUS))
        .contains("sluice_stats_limit_granted_total{limit=\"jobs\"} 1");
    assertThatThrownBy(() -> StatisticsFormat.valueOf("XML"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void s0_21_recommendationsComeTyped() throws Exception {
    admin.putConcurrency(ConcurrencyLimit.of("jobs", Match.of("jobs"), 10));
    Lease small = client.acquire(Demand.of("jobs"));
    assertThat(client.tryAcquire(Demand.of("jobs").permits(10))).isEmpty();

    assertThat(client.recommendations())
        .anySatisfy(
            advice -> {
              assertThat(advice.limit()).isEqualTo("jobs");
              assertThat(advice.id()).isEqualTo("denied_while_idle");
              assertThat(advice.text()).isNotEmpty();
              assertThat(advice.evidence()).containsEntry("denied", 1.0);
            });
    small.close();
  }

  @Test
  void s0_23_alertsOfTheServerAreHeardWhenTheyFireAndClear() throws Exception {
    String alerts = "alerts: { error_ratio: { above: 0.4, clear: 0.3, for: 0s } }\n";
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    AlertListener listener =
        new AlertListener() {
          @Override
          public void fired(ActiveAlert alert) {
            heard.add("fired " + alert.id());
          }

          @Override
          public void cleared(ActiveAlert alert) {
            heard.add("cleared " + alert.id());
          }
        };
    try (ServerFixture alerting = ServerFixture.start("limits: []\n" + alerts);
        SluiceClient asking = SluiceClient.connect(alerting.target())) {
      asking.admin().putConcurrency(JOBS);
      try (AlertWatch watch = AlertWatch.start(asking, Duration.ofMillis(50), listener)) {
        work(asking, Outcome.ERROR, 20);
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("fired error_ratio");
        work(asking, Outcome.SUCCESS, 60);
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("cleared error_ratio");
        assertThat(watch.failures()).isZero();
      }
    }
  }

  private static void work(SluiceClient client, Outcome outcome, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      client.acquire(Demand.of("jobs")).release(outcome);
    }
  }
}
