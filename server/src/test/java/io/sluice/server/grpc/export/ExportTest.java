package io.sluice.server.grpc.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.protobuf.Duration;
import io.sluice.proto.v1.BreakerStats;
import io.sluice.proto.v1.DeniedKey;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.ProcessStats;
import io.sluice.proto.v1.ResourceStats;
import io.sluice.proto.v1.SharedStats;
import io.sluice.proto.v1.StateStats;
import io.sluice.proto.v1.StatsSnapshot;
import io.sluice.proto.v1.ThresholdStats;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExportTest {
  private static final String NAME = "a,\"b\"\\";
  private static final StatsSnapshot SNAPSHOT =
      StatsSnapshot.newBuilder()
          .addLimits(
              LimitStats.newBuilder()
                  .setLimit(NAME)
                  .setAvailable(-3)
                  .setCurrentRate(1e10)
                  .setUtilization(1e-9)
                  .setMeanWait(Duration.newBuilder().setSeconds(2).setNanos(1))
                  .putDeniedByReason("RATE", 4)
                  .putOutcomes("SUCCESS", 5)
                  .addThresholds(ThresholdStats.newBuilder().setPercent(80).setCrossings(2))
                  .setBreaker(BreakerStats.newBuilder().setState("OPEN").setOpened(1)))
          .addResources(ResourceStats.newBuilder().setResource("*").setUnmatched(6))
          .addTopDenied(DeniedKey.newBuilder().setLimit("k").addKey("x/y").addKey("z").setCount(7))
          .addTopDenied(DeniedKey.newBuilder().setLimit("k").addKey("x").addKey("y/z").setCount(8))
          .setProcess(
              ProcessStats.newBuilder()
                  .setServing(true)
                  .setState(StateStats.newBuilder().setShared(SharedStats.getDefaultInstance())))
          .build();

  @Test
  void prometheusHasNumbersInFullAndEscapesNames() {
    assertThat(Export.PROMETHEUS.write(SNAPSHOT).lines())
        .contains(
            "sluice_stats_limit_available{limit=\"a,\\\"b\\\"\\\\\"} -3",
            "sluice_stats_limit_current_rate{limit=\"a,\\\"b\\\"\\\\\"} 10000000000",
            "sluice_stats_limit_utilization{limit=\"a,\\\"b\\\"\\\\\"} 0.000000001",
            "sluice_stats_limit_mean_wait_seconds{limit=\"a,\\\"b\\\"\\\\\"} 2.000000001",
            "sluice_stats_limit_denied_by_reason_total{limit=\"a,\\\"b\\\"\\\\\",reason=\"RATE\"} 4",
            "sluice_stats_limit_outcomes_total{limit=\"a,\\\"b\\\"\\\\\",outcome=\"SUCCESS\"} 5",
            "sluice_stats_limit_thresholds_crossings_total{limit=\"a,\\\"b\\\"\\\\\",percent=\"80\"} 2",
            "# TYPE sluice_stats_limit_breaker_opened_total counter",
            "sluice_stats_process_serving 1")
        .noneMatch(line -> line.contains("OPEN") || line.contains("adaptive"))
        .doesNotHaveDuplicates();
  }

  @Test
  void csvQuotesWhatNeedsIt() {
    assertThat(Export.CSV.write(SNAPSHOT).split("\r\n", -1))
        .contains(
            "limit,\"a,\"\"b\"\"\\\",mean_wait_seconds,,2.000000001",
            "limit,\"a,\"\"b\"\"\\\",breaker_state,,OPEN",
            "resource,*,unmatched,,6",
            "process,,serving,,true");
  }

  @Test
  void keysThatLookAlikeStayApart() {
    Set<String> rows =
        Row.of(SNAPSHOT).stream()
            .filter(row -> row.scope().equals("denied_key") && row.figure().equals("count"))
            .map(Row::detail)
            .collect(Collectors.toSet());
    assertThat(rows).containsExactlyInAnyOrder("x\\/y/z", "x/y\\/z");
  }

  @Test
  void jsonIsTheMessage() {
    var limit =
        JsonParser.parseString(Export.JSON.write(SNAPSHOT))
            .getAsJsonObject()
            .getAsJsonArray("limits")
            .get(0)
            .getAsJsonObject();
    assertThat(limit.get("limit").getAsString()).isEqualTo(NAME);
    assertThat(limit.get("mean_wait_seconds").getAsString()).isEqualTo("2.000000001");
    assertThat(limit.get("current_rate").getAsString()).isEqualTo("10000000000");
    assertThat(limit.get("adaptive").isJsonNull()).isTrue();
    assertThat(limit.getAsJsonObject("breaker").get("state").getAsString()).isEqualTo("OPEN");
  }

  @Test
  void everythingThatOnlyRisesIsAFigure() {
    Set<String> figures = Row.of(SNAPSHOT).stream().map(Row::figure).collect(Collectors.toSet());
    assertThat(figures).containsAll(PrometheusText.COUNTERS);
  }
}
