package io.sluice.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.proto.v1.ExportFormat;
import io.sluice.proto.v1.ExportStatsRequest;
import io.sluice.proto.v1.ExportStatsResponse;
import io.sluice.proto.v1.GetRecommendationsRequest;
import io.sluice.proto.v1.GetRecommendationsResponse;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.GetStatsResponse;
import io.sluice.proto.v1.StatsServiceGrpc;
import io.sluice.proto.v1.WatchStatsRequest;
import io.sluice.proto.v1.WatchStatsResponse;
import io.sluice.server.grpc.export.Export;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** StatsService on the wire. */
final class StatsEndpoint extends StatsServiceGrpc.StatsServiceImplBase {
  private static final long MIN_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long MAX_INTERVAL_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long DEFAULT_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Map<ExportFormat, Export> FORMATS =
      Collections.unmodifiableMap(
          new EnumMap<>(
              Map.of(
                  ExportFormat.EXPORT_FORMAT_JSON, Export.JSON,
                  ExportFormat.EXPORT_FORMAT_CSV, Export.CSV,
                  ExportFormat.EXPORT_FORMAT_PROMETHEUS, Export.PROMETHEUS)));

  private final StatsToWire stats;
  private final ScheduledExecutorService watches;

  StatsEndpoint(StatsToWire stats, ScheduledExecutorService watches) {
    this.stats = stats;
    this.watches = watches;
  }

  @Override
  public void getStats(GetStatsRequest request, StreamObserver<GetStatsResponse> observer) {
    if (!request.getLimit().isEmpty() && !stats.exists(request.getLimit())) {
      observer.onError(Statuses.notFound("limit", request.getLimit()));
      return;
    }
    observer.onNext(
        GetStatsResponse.newBuilder()
            .setSnapshot(stats.take(request.getLimit(), request.getResource()))
            .build());
    observer.onCompleted();
  }

  @Override
  public void getRecommendations(
      GetRecommendationsRequest request, StreamObserver<GetRecommendationsResponse> observer) {
    if (!request.getLimit().isEmpty() && !stats.exists(request.getLimit())) {
      observer.onError(Statuses.notFound("limit", request.getLimit()));
      return;
    }
    observer.onNext(stats.recommend(request.getLimit()));
    observer.onCompleted();
  }

  @Override
  public void exportStats(
      ExportStatsRequest request, StreamObserver<ExportStatsResponse> observer) {
    Export export = FORMATS.get(request.getFormat());
    if (export == null) {
      observer.onError(
          Statuses.invalid(
              new InvalidArgumentException(
                  "format", "must be one of " + FORMATS.keySet() + " but was " + format(request))));
      return;
    }
    observer.onNext(
        ExportStatsResponse.newBuilder()
            .setContentType(export.contentType())
            .setText(export.write(stats.take("", "")))
            .build());
    observer.onCompleted();
  }

  private static String format(ExportStatsRequest request) {
    ExportFormat format = request.getFormat();
    return format == ExportFormat.UNRECOGNIZED
        ? String.valueOf(request.getFormatValue())
        : format.name();
  }

  @Override
  public void watchStats(WatchStatsRequest request, StreamObserver<WatchStatsResponse> observer) {
    long interval = DEFAULT_INTERVAL_NANOS;
    try {
      if (request.hasInterval()) {
        interval = Durations.nanos("interval", request.getInterval(), MAX_INTERVAL_NANOS);
        if (interval < MIN_INTERVAL_NANOS) {
          throw new InvalidArgumentException(
              "interval", "must be at least 100ms but was " + interval + "ns");
        }
      }
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
      return;
    }
    if (!request.getLimit().isEmpty() && !stats.exists(request.getLimit())) {
      observer.onError(Statuses.notFound("limit", request.getLimit()));
      return;
    }
    watch(request, (ServerCallStreamObserver<WatchStatsResponse>) observer, interval);
  }

  private void watch(
      WatchStatsRequest request,
      ServerCallStreamObserver<WatchStatsResponse> observer,
      long intervalNanos) {
    ScheduledFuture<?> task =
        watches.scheduleAtFixedRate(
            () -> {
              if (observer.isReady()) { // a slow reader skips snapshots instead of piling them up
                observer.onNext(
                    WatchStatsResponse.newBuilder()
                        .setSnapshot(stats.take(request.getLimit(), request.getResource()))
                        .build());
              }
            },
            0,
            intervalNanos,
            TimeUnit.NANOSECONDS);
    observer.setOnCancelHandler(() -> task.cancel(false));
  }
}
