package io.sluice.server.grpc.export;

import io.sluice.proto.v1.StatsSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The text format of Prometheus, version 0.0.4. Texts are left out; true is 1. */
final class PrometheusText {
  /** What only rises; everything else is a gauge. */
  static final Set<String> COUNTERS =
      Set.of(
          "granted",
          "denied",
          "denied_by_reason",
          "queued",
          "cancelled",
          "expired",
          "outcomes",
          "permits_granted",
          "permits_refunded",
          "permits_debited",
          "permits_overrun",
          "would_deny",
          "thresholds_crossings",
          "leases_begun",
          "released",
          "revoked",
          "returned",
          "unmatched",
          "breaker_opened",
          "state_journal_records",
          "state_journal_batches",
          "state_shared_fallback_grants");

  private PrometheusText() {}

  static String of(StatsSnapshot snapshot) {
    Map<String, List<Row>> families = new LinkedHashMap<>(); // one after the other, as it must be
    for (Row row : Row.of(snapshot)) {
      if (Numbers.isNumber(row.value())) {
        families.computeIfAbsent(name(row), any -> new ArrayList<>()).add(row);
      }
    }
    StringBuilder text = new StringBuilder();
    families.forEach(
        (name, rows) -> {
          boolean isCounter = COUNTERS.contains(rows.get(0).figure());
          text.append("# TYPE ").append(name).append(isCounter ? " counter\n" : " gauge\n");
          rows.forEach(row -> text.append(name).append(labels(row)).append(value(row)));
        });
    return text.toString();
  }

  private static String name(Row row) {
    String name = "sluice_stats_" + row.scope() + "_" + row.figure();
    return COUNTERS.contains(row.figure()) ? name + "_total" : name;
  }

  private static String labels(Row row) {
    List<String> labels = new ArrayList<>(2);
    if (!row.subject().isEmpty()) {
      String name = row.scope().equals("denied_key") ? "limit" : row.scope();
      labels.add(label(name, row.subject()));
    }
    if (!row.detailName().isEmpty()) {
      labels.add(label(row.detailName(), row.detail()));
    }
    return labels.isEmpty() ? "" : "{" + String.join(",", labels) + "}";
  }

  private static String label(String name, String value) {
    String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    return name + "=\"" + escaped + "\"";
  }

  private static String value(Row row) {
    Object value = row.value();
    String text = value instanceof Boolean flag ? (flag ? "1" : "0") : Numbers.text(value);
    return " " + text + "\n";
  }
}
