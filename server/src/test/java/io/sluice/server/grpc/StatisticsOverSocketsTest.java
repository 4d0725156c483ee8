package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Duration;
import io.grpc.StatusRuntimeException;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.Alert;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.DurationStats;
import io.sluice.proto.v1.ExportFormat;
import io.sluice.proto.v1.ExportStatsRequest;
import io.sluice.proto.v1.GetRecommendationsRequest;
import io.sluice.proto.v1.GetRecommendationsResponse;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ResourceStats;
import io.sluice.proto.v1.StatsSnapshot;
import io.sluice.proto.v1.WindowStats;
import io.sluice.server.ServerFixture;
import io.sluice.server.grpc.export.Export;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StatisticsOverSocketsTest {
  private static final String LIMITS =
      """
      limits:
        - { name: "jobs, \\"all\\"", match: { resource: "job/*" }, concurrency: { max: 4 } }
        - { name: idle, match: { resource: idle }, rate: { permits: 10, burst: 10 } }
        - name: tenants
          match: { resource: tenant }
          key: [tenant]
          rate: { permits: 1, per: 1d, burst: 1 }
      """;
  private static final String JOBS = "jobs, \"all\"";
  private static final ExportFormat[] FORMATS = {
    ExportFormat.EXPORT_FORMAT_JSON,
    ExportFormat.EXPORT_FORMAT_CSV,
    ExportFormat.EXPORT_FORMAT_PROMETHEUS
  };
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?|true|false");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "sluice_stats_(limit|resource|process|denied_key|alert)_(\\w+?)(_total)?(\\{.*})? (\\S+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Function<String, String> E16_SERIES =
      line ->
          line.substring(line.indexOf('{'), line.indexOf('}'))
              .replaceFirst(",(reason|outcome).*", "");
  private static final DurationStats NO_DURATIONS =
      DurationStats.newBuilder()
          .setMean(Duration.getDefaultInstance())
          .setP50(Duration.getDefaultInstance())
          .setP95(Duration.getDefaultInstance())
          .setP99(Duration.getDefaultInstance())
          .setMax(Duration.getDefaultInstance())
          .build();

  @Test
  void S0_06_knownOutcomesAreCountedExactlyAndPercentilesWithinOnePercent() throws Exception {
    try (ServerFixture server = ServerFixture.start(LIMITS)) {
      run(server, Outcome.OUTCOME_SUCCESS, 1, 70);
      run(server, Outcome.OUTCOME_ERROR, 71, 85);
      run(server, Outcome.OUTCOME_TIMEOUT, 86, 90);
      run(server, Outcome.OUTCOME_THROTTLED, 91, 100);
      run(server, Outcome.OUTCOME_CANCELLED, 101, 110);
      StatsSnapshot snapshot = snapshot(server);
      LimitStats jobs = limit(snapshot, JOBS);

      assertThat(jobs.getGranted()).isEqualTo(110);
      assertThat(jobs.getLeasesBegun()).isEqualTo(110);
      assertThat(jobs.getReleased()).isEqualTo(110);
      assertThat(jobs.getLeases() + jobs.getExpired() + jobs.getRevoked() + jobs.getReturned())
          .isZero();
      assertThat(jobs.getOutcomesMap())
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "SUCCESS", 70L, "ERROR", 15L, "TIMEOUT", 5L, "THROTTLED", 10L, "CANCELLED", 10L));
      assertRecent(jobs.getWindow());
      ResourceStats resource = snapshot.getResources(0);
      assertThat(resource.getResource()).isEqualTo("job/a");
      assertRecent(resource.getWindow());
      assertThat(jobs.getUsedHighWater()).isEqualTo(1);
      assertThat(jobs.getWindowUsedHighWater()).isEqualTo(1);
      assertThat(jobs.getUtilization()).isEqualTo(0);
      server.grant("job/a");
      server.grant("job/a");
      assertThat(limit(snapshot(server), JOBS).getUtilization()).isEqualTo(0.5);
    }
  }

  @Test
  void anEmptyWindowIsZerosAndNoNaN() throws Exception {
    try (ServerFixture server = ServerFixture.start(LIMITS)) {
      WindowStats window = limit(snapshot(server), "idle").getWindow();

      assertThat(window.toBuilder().clearSpan().build())
          .isEqualTo(
              WindowStats.newBuilder()
                  .setWait(NO_DURATIONS)
                  .setHold(NO_DURATIONS)
                  .setLatency(NO_DURATIONS)
                  .build());
      for (ExportFormat format : FORMATS) {
        assertThat(export(server, format)).doesNotContainPattern("\\b(NaN|[+-]?Inf\\w*)\\b");
      }
    }
  }

  @Test
  void everyFormatHasTheNumbersOfTheMessageToTheDigit() throws Exception {
    try (ServerFixture server = ServerFixture.start(LIMITS)) {
      run(server, Outcome.OUTCOME_SUCCESS, 1, 7);
      run(server, Outcome.OUTCOME_ERROR, 1, 2);
      server.grant("job/b");
      StatsSnapshot snapshot = snapshot(server);
      Map<String, String> json = new TreeMap<>();
      flatten("", JsonParser.parseString(Export.JSON.write(snapshot)), json);

      Map<String, String> csv = csv(Export.CSV.write(snapshot));
      Map<String, String> prometheus = prometheus(Export.PROMETHEUS.write(snapshot));
      LimitStats jobs = limit(snapshot, JOBS);
      String mean = seconds(jobs.getWindow().getLatency().getMean());
      assertThat(json)
          .containsEntry("limits.0.granted", "10")
          .containsEntry("limits.0.outcomes.ERROR", "2")
          .containsEntry("limits.0.window.latency.mean_seconds", mean)
          .containsEntry(
              "limits.0.window.error_ratio", String.valueOf(jobs.getWindow().getErrorRatio()))
          .containsEntry("limits.0.adaptive", "null")
          .containsEntry("process.version", "test");
      assertThat(csv)
          .containsEntry("limit/" + JOBS + "/granted/", "10")
          .containsEntry("limit/" + JOBS + "/window_latency_mean_seconds/", mean);
      // Each number of the CSV is in the Prometheus text and the other way round, and in the JSON.
      assertThat(prometheus.keySet()).hasSizeGreaterThan(200);
      prometheus.forEach((key, value) -> assertThat(csv).containsEntry(key, value));
      long texts = csv.values().stream().filter(value -> !NUMBER.matcher(value).matches()).count();
      assertThat(csv).hasSize(prometheus.size() + (int) texts);
      assertThat(json.values()).containsAll(prometheus.values());
    }
  }

  @Test
  void pagesAndCallAnswerInTheirFormats() throws Exception {
    try (ServerFixture server = ServerFixture.start(LIMITS)) {
      server.grant("job/a");
      JsonObject page = JsonParser.parseString(server.http("/stats.json").body()).getAsJsonObject();
      assertThat(page.getAsJsonArray("limits").get(0).getAsJsonObject().get("used").getAsInt())
          .isEqualTo(1);
      assertThat(server.http("/stats.csv").body()).startsWith("scope,name,figure,detail,value\r\n");
      assertThat(server.http("/stats.csv").headers().firstValue("Content-Type"))
          .contains("text/csv; charset=utf-8");
      assertThat(export(server, ExportFormat.EXPORT_FORMAT_PROMETHEUS))
          .contains("# TYPE sluice_stats_limit_granted_total counter\n")
          .contains("sluice_stats_limit_granted_total{limit=\"jobs, \\\"all\\\"\"} 1\n");
    }
  }

  @Test
  void aFormatThatIsNoneIsRefusedByName() throws Exception {
    try (ServerFixture server = ServerFixture.start(LIMITS)) {
      assertThatThrownBy(() -> export(server, ExportFormat.EXPORT_FORMAT_UNSPECIFIED))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("INVALID_ARGUMENT")
          .hasMessageContaining("format must be one of")
          .hasMessageContaining("but was EXPORT_FORMAT_UNSPECIFIED");
      assertThatThrownBy(
              () ->
                  server
                      .stats()
                      .exportStats(ExportStatsRequest.newBuilder().setFormatValue(99).build()))
          .hasMessageContaining("but was 99");
    }
  }

  @Test
  void E16_manyResourcesAndKeysMakeNoMoreSeriesThanTheirBounds() throws Exception {
    try (ServerFixture server = ServerFixture.start(LIMITS + "stats: { top_keys: 5 }\n")) {
      for (int i = 0; i < 10_000; ) {
        AcquireRequest.Builder names = AcquireRequest.newBuilder();
        for (int most = i + 16; i < most; i++) {
          names.addDemands(Demand.newBuilder().setResource("name/" + i));
        }
        var granted = server.admission().acquire(names.build());
        assertThat(granted.hasGrant()).isTrue();
        Demand two =
            Demand.newBuilder()
                .setResource("tenant")
                .setPermits(2)
                .putAttributes("tenant", "t" + i)
                .build();
        assertThat(
                server
                    .admission()
                    .acquire(AcquireRequest.newBuilder().addDemands(two).build())
                    .hasDenial())
            .isTrue();
      }
      StatsSnapshot snapshot = snapshot(server);

      assertThat(snapshot.getResourcesCount()).isEqualTo(1001);
      assertThat(snapshot.getResourcesList())
          .filteredOn(resource -> resource.getResource().equals("*"))
          .hasSize(1);
      assertThat(snapshot.getTopDeniedCount()).isEqualTo(5);
      assertThat(server.http("/metrics").body()).doesNotContain("name/").doesNotContain("t160");
      String text = Export.PROMETHEUS.write(snapshot);
      assertThat(
              text.lines().filter(line -> line.contains("resource=\"")).map(E16_SERIES).distinct())
          .hasSize(1001);
    }
  }

  @Test
  void recommendationsComeOverTheWire() throws Exception {
    try (ServerFixture server = ServerFixture.start(LIMITS)) {
      assertThat(server.stats().getRecommendations(GetRecommendationsRequest.getDefaultInstance()))
          .isEqualTo(GetRecommendationsResponse.getDefaultInstance());
      run(server, Outcome.OUTCOME_ERROR, 1, 30);
      server.grant("nobody/knows");

      assertThat(
              server
                  .stats()
                  .getRecommendations(GetRecommendationsRequest.getDefaultInstance())
                  .getRecommendationsList())
          .extracting(made -> made.getId())
          .containsExactly("errors", "unmatched");
      assertThatThrownBy(
              () ->
                  server
                      .stats()
                      .getRecommendations(
                          GetRecommendationsRequest.newBuilder().setLimit("none").build()))
          .hasMessageContaining("NOT_FOUND");
    }
  }

  @Test
  void anAlertThatFiresIsInTheStatisticsUntilItClears() throws Exception {
    String alerts =
        "alerts: { error_ratio: { above: 0.4, clear: 0.3, for: 0s }, cpu: { above: 1, clear: 1 } }\n";
    try (ServerFixture server = ServerFixture.start(LIMITS + alerts)) {
      assertThat(snapshot(server).getAlertsList()).isEmpty();
      run(server, Outcome.OUTCOME_ERROR, 1, 20);
      while (snapshot(server).getAlertsCount() == 0) {
        Thread.onSpinWait();
      }
      Alert alert = snapshot(server).getAlerts(0);
      assertThat(alert.getId()).isEqualTo("error_ratio");
      assertThat(alert.getValue()).isEqualTo(1.0);
      assertThat(alert.getThreshold()).isEqualTo(0.4);
      run(server, Outcome.OUTCOME_SUCCESS, 1, 50);
      while (snapshot(server).getAlertsCount() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** Work that takes 10 ms, 20 ms and so on, released one by one. */
  private static void run(ServerFixture server, Outcome outcome, int first, int last) {
    for (int i = first; i <= last; i++) {
      Grant grant = server.grant("job/a");
      var unused =
          server
              .admission()
              .release(
                  ReleaseRequest.newBuilder()
                      .addReleases(
                          Release.newBuilder()
                              .setLeaseId(grant.getLeaseId())
                              .setOutcome(outcome)
                              .setLatency(
                                  Duration.newBuilder()
                                      .setSeconds(i / 100)
                                      .setNanos(i % 100 * 10_000_000)))
                      .build());
    }
  }

  private static void assertRecent(WindowStats window) {
    assertThat(window.getGranted()).isEqualTo(110);
    assertThat(window.getCompleted()).isEqualTo(70);
    assertThat(window.getFailed()).isEqualTo(20);
    assertThat(window.getThrottled()).isEqualTo(10);
    assertThat(window.getSuccessRatio()).isEqualTo(0.7);
    assertThat(window.getErrorRatio()).isEqualTo(0.2);
    assertThat(window.getThrottledRatio()).isEqualTo(0.1);
    assertThat(window.getHold().getCount()).isEqualTo(110);
    DurationStats latency = window.getLatency();
    assertThat(latency.getCount()).isEqualTo(110);
    assertThat(nanos(latency.getMean())).isEqualTo(555_000_000L); // (1 + ... + 110) / 110 of 10 ms
    assertThat(nanos(latency.getMax())).isEqualTo(1_100_000_000L);
    assertThat((double) nanos(latency.getP50())).isBetween(550e6 * 0.99, 550e6 * 1.01);
    assertThat((double) nanos(latency.getP95())).isBetween(1050e6 * 0.99, 1050e6 * 1.01);
    assertThat((double) nanos(latency.getP99())).isBetween(1090e6 * 0.99, 1090e6 * 1.01);
  }

  private static long nanos(Duration duration) {
    return duration.getSeconds() * 1_000_000_000L + duration.getNanos();
  }

  private static String seconds(Duration duration) {
    return new BigDecimal(nanos(duration)).movePointLeft(9).stripTrailingZeros().toPlainString();
  }

  private static StatsSnapshot snapshot(ServerFixture server) {
    return server
        .stats()
        .withMaxInboundMessageSize(64 << 20)
        .getStats(GetStatsRequest.getDefaultInstance())
        .getSnapshot();
  }

  private static LimitStats limit(StatsSnapshot snapshot, String name) {
    return snapshot.getLimitsList().stream()
        .filter(limit -> limit.getLimit().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String export(ServerFixture server, ExportFormat format) {
    return server
        .stats()
        .exportStats(ExportStatsRequest.newBuilder().setFormat(format).build())
        .getText();
  }

  private static void flatten(String path, JsonElement element, Map<String, String> into) {
    if (element instanceof JsonObject object) {
      object.entrySet().forEach(e -> flatten(join(path, e.getKey()), e.getValue(), into));
    } else if (element instanceof JsonArray array) {
      for (int i = 0; i < array.size(); i++) {
        flatten(join(path, String.valueOf(i)), array.get(i), into);
      }
    } else {
      into.put(path, element instanceof JsonPrimitive one ? one.getAsString() : "null");
    }
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** By scope, name, figure and detail. */
  private static Map<String, String> csv(String text) {
    Map<String, String> values = new TreeMap<>();
    Matcher line =
        Pattern.compile("(\\w+),(\"(?:[^\"]|\"\")*\"|[^,]*),(\\w+),([^,]*),(\"[^\"]*\"|[^,]*)\r\n")
            .matcher(text.substring(text.indexOf('\n') + 1));
    while (line.find()) {
      String name =
          line.group(2).startsWith("\"")
              ? line.group(2).substring(1, line.group(2).length() - 1).replace("\"\"", "\"")
              : line.group(2);
      String key = line.group(1) + "/" + name + "/" + line.group(3) + "/" + line.group(4);
      assertThat(
              values.put(
                  key,
                  line.group(5).equals("true")
                      ? "1"
                      : line.group(5).equals("false") ? "0" : line.group(5)))
          .as(key)
          .isNull();
    }
    assertThat(values).hasSize((int) text.lines().count() - 1);
    return values;
  }

  private static Map<String, String> prometheus(String text) {
    Map<String, String> values = new TreeMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              Matcher sample = SAMPLE.matcher(line);
              assertThat(sample.matches()).as(line).isTrue();
              String name = "";
              String detail = "";
              Matcher label = LABEL.matcher(sample.group(4) == null ? "" : sample.group(4));
              while (label.find()) {
                String value = label.group(2).replace("\\\"", "\"").replace("\\\\", "\\");
                if (label.group(1).equals(sample.group(1)) || label.group(1).equals("limit")) {
                  name = value;
                } else {
                  detail = value;
                }
              }
              values.put(
                  sample.group(1) + "/" + name + "/" + sample.group(2) + "/" + detail,
                  sample.group(5));
            });
    return values;
  }
}
