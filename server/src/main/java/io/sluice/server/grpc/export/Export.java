package io.sluice.server.grpc.export;

import io.sluice.proto.v1.StatsSnapshot;

/** A format in which a snapshot is written. */
public enum Export {
  /** One object, as the message is. */
  JSON("application/json"),
  /** A line for each number. */
  CSV("text/csv; charset=utf-8"),
  /** The text format of Prometheus. */
  PROMETHEUS("text/plain; version=0.0.4; charset=utf-8");

  private final String contentType;

  Export(String contentType) {
    this.contentType = contentType;
  }

  /** Returns the media type. */
  public String contentType() {
    return contentType;
  }

  /** Writes a snapshot; the text ends with a line end. */
  public String write(StatsSnapshot snapshot) {
    return switch (this) {
      case JSON -> JsonText.of(snapshot);
      case CSV -> CsvText.of(snapshot);
      case PROMETHEUS -> PrometheusText.of(snapshot);
    };
  }
}
