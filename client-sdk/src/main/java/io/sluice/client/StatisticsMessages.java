package io.sluice.client;

import io.sluice.client.statistics.ActiveAlert;
import io.sluice.client.statistics.AdaptiveState;
import io.sluice.client.statistics.DurationStatistics;
import io.sluice.client.statistics.LimitStatistics;
import io.sluice.client.statistics.ProcessStatistics;
import io.sluice.client.statistics.Recommendation;
import io.sluice.client.statistics.ResourceStatistics;
import io.sluice.client.statistics.Statistics;
import io.sluice.client.statistics.StatisticsFormat;
import io.sluice.client.statistics.WindowStatistics;
import io.sluice.proto.v1.AdaptiveStats;
import io.sluice.proto.v1.Alert;
import io.sluice.proto.v1.DurationStats;
import io.sluice.proto.v1.ExportFormat;
import io.sluice.proto.v1.LimitKind;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.ProcessStats;
import io.sluice.proto.v1.ResourceStats;
import io.sluice.proto.v1.Severity;
import io.sluice.proto.v1.StatsSnapshot;
import io.sluice.proto.v1.WindowStats;
import java.time.Instant;
import java.util.Optional;

/** Between the values of the package {@code statistics} and the messages of the interface. Pure. */
final class StatisticsMessages {
  private StatisticsMessages() {}

  static Statistics statistics(StatsSnapshot message) {
    return new Statistics(
        message.getLimitsList().stream().map(StatisticsMessages::limit).toList(),
        message.getResourcesList().stream().map(StatisticsMessages::resource).toList(),
        process(message.getProcess()),
        message.getAlertsList().stream().map(StatisticsMessages::alert).toList(),
        Instant.ofEpochSecond(message.getTakenAt().getSeconds(), message.getTakenAt().getNanos()));
  }

  static Recommendation recommendation(io.sluice.proto.v1.Recommendation message) {
    return new Recommendation(
        message.getId(),
        severity(message.getSeverity()),
        message.getLimit(),
        message.getResource(),
        message.getText(),
        message.getEvidenceMap(),
        message.getChange());
  }

  static ExportFormat format(StatisticsFormat value) {
    return switch (value) {
      case JSON -> ExportFormat.EXPORT_FORMAT_JSON;
      case CSV -> ExportFormat.EXPORT_FORMAT_CSV;
      case PROMETHEUS -> ExportFormat.EXPORT_FORMAT_PROMETHEUS;
    };
  }

  private static LimitStatistics limit(LimitStats message) {
    return new LimitStatistics(
        message.getLimit(),
        kind(message.getKind()),
        message.getCapacity(),
        message.getUsed(),
        message.getAvailable(),
        message.getUtilization(),
        message.getCurrentRate(),
        message.getWaiting(),
        message.getLeases(),
        message.getGranted(),
        message.getDenied(),
        message.getDeniedByReasonMap(),
        message.getQueued(),
        message.getCancelled(),
        message.getExpired(),
        message.getPermitsGranted(),
        message.getPermitsRefunded(),
        message.getOutcomesMap(),
        message.getUsedHighWater(),
        message.getWaitingHighWater(),
        Messages.duration(message.getMeanWait()),
        Messages.duration(message.getMeanHold()),
        Messages.duration(message.getMeanLatency()),
        window(message.getWindow()),
        message.hasAdaptive() ? Optional.of(adaptive(message.getAdaptive())) : Optional.empty(),
        message.hasBreaker() ? Optional.of(message.getBreaker().getState()) : Optional.empty());
  }

  private static ResourceStatistics resource(ResourceStats message) {
    return new ResourceStatistics(
        message.getResource(),
        message.getGranted(),
        message.getDenied(),
        message.getUnmatched(),
        message.getQueued(),
        message.getWaiting(),
        message.getExpired(),
        message.getOutcomesMap(),
        message.getDeniedByReasonMap(),
        Messages.duration(message.getMeanWait()),
        Messages.duration(message.getMeanHold()),
        Messages.duration(message.getMeanLatency()),
        window(message.getWindow()));
  }

  private static WindowStatistics window(WindowStats message) {
    return new WindowStatistics(
        Messages.duration(message.getSpan()),
        message.getGranted(),
        message.getDenied(),
        message.getCompleted(),
        message.getFailed(),
        message.getThrottled(),
        message.getExpired(),
        message.getGrantedPerSecond(),
        message.getPermitsPerSecond(),
        message.getDeniedPerSecond(),
        message.getCompletedPerSecond(),
        message.getSuccessRatio(),
        message.getErrorRatio(),
        message.getThrottledRatio(),
        durations(message.getWait()),
        durations(message.getHold()),
        durations(message.getLatency()));
  }

  private static DurationStatistics durations(DurationStats message) {
    return new DurationStatistics(
        message.getCount(),
        Messages.duration(message.getMean()),
        Messages.duration(message.getP50()),
        Messages.duration(message.getP95()),
        Messages.duration(message.getP99()),
        Messages.duration(message.getMax()));
  }

  private static AdaptiveState adaptive(AdaptiveStats message) {
    return new AdaptiveState(
        message.getCurrent(),
        message.getFloor(),
        message.getCeiling(),
        message.getLastCause(),
        message.getChangedFrom(),
        Messages.duration(message.getChangedAgo()),
        Messages.duration(message.getHeldFor()));
  }

  private static ProcessStatistics process(ProcessStats message) {
    return new ProcessStatistics(
        Messages.duration(message.getUptime()),
        message.getVersion(),
        message.getServing(),
        message.getLeases(),
        message.getWaiting(),
        message.getHeapUsedBytes(),
        message.getHeapMaxBytes(),
        message.getCpuCores(),
        message.getState().getProblem());
  }

  private static ActiveAlert alert(Alert message) {
    return new ActiveAlert(
        message.getId(),
        message.getValue(),
        message.getThreshold(),
        Messages.duration(message.getActiveFor()));
  }

  private static LimitStatistics.Kind kind(LimitKind message) {
    return switch (message) {
      case LIMIT_KIND_RATE -> LimitStatistics.Kind.RATE;
      case LIMIT_KIND_CONCURRENCY -> LimitStatistics.Kind.CONCURRENCY;
      case LIMIT_KIND_DEVICES -> LimitStatistics.Kind.DEVICES;
      case LIMIT_KIND_UNSPECIFIED, UNRECOGNIZED -> LimitStatistics.Kind.UNRECOGNIZED;
    };
  }

  private static Recommendation.Severity severity(Severity message) {
    return switch (message) {
      case SEVERITY_INFO -> Recommendation.Severity.INFO;
      case SEVERITY_WARNING -> Recommendation.Severity.WARNING;
      case SEVERITY_CRITICAL -> Recommendation.Severity.CRITICAL;
      case SEVERITY_UNSPECIFIED, UNRECOGNIZED -> Recommendation.Severity.UNRECOGNIZED;
    };
  }
}
