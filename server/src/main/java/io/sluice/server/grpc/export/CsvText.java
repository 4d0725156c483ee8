package io.sluice.server.grpc.export;

import io.sluice.proto.v1.StatsSnapshot;

/** Comma-separated values, as RFC 4180 has them. */
final class CsvText {
  private static final String LINE_END = "\r\n";

  private CsvText() {}

  static String of(StatsSnapshot snapshot) {
    StringBuilder text = new StringBuilder("scope,name,figure,detail,value").append(LINE_END);
    for (Row row : Row.of(snapshot)) {
      text.append(row.scope()).append(',').append(field(row.subject())).append(',');
      text.append(row.figure()).append(',').append(field(row.detail())).append(',');
      text.append(field(Numbers.text(row.value()))).append(LINE_END);
    }
    return text.toString();
  }

  private static String field(String value) {
    boolean isPlain =
        value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n' || c == ' ');
    return isPlain ? value : '"' + value.replace("\"", "\"\"") + '"';
  }
}
