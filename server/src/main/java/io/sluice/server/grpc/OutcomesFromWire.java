package io.sluice.server.grpc;

import com.google.protobuf.Duration;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ProviderHint;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.Report;
import io.sluice.engine.provider.Budget;
import io.sluice.engine.provider.ProviderAnswer;
import io.sluice.engine.provider.ProviderHeaders;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReportRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads from the wire how work ended, and what its provider said. */
final class OutcomesFromWire {
  private static final int MAX_HEADERS = 32;
  private static final int MAX_HEADER_BYTES = 1024;

  private final InstantSource wall;

  /**
   * Creates it.
   *
   * @param wall the time of day, for headers that tell a date
   */
  OutcomesFromWire(InstantSource wall) {
    this.wall = wall;
  }

  List<Release> releases(ReleaseRequest request) {
    FromWire.requireBatch("releases", request.getReleasesCount());
    List<Release> releases = new ArrayList<>(request.getReleasesCount());
    for (io.sluice.proto.v1.Release release : request.getReleasesList()) {
      io.sluice.proto.v1.Outcome outcome = release.getOutcome();
      releases.add(
          new Release(
              FromWire.leaseId(release.getLeaseId()),
              outcome == io.sluice.proto.v1.Outcome.OUTCOME_UNSPECIFIED
                  ? Outcome.SUCCESS
                  : outcome(outcome, release.getOutcomeValue()),
              release.hasLatency() ? latency(release.getLatency()) : -1,
              release.getMessage(),
              release.hasActualPermits() ? actualPermits(release) : Release.NOT_TOLD,
              hint(
                  release.hasRetryAfter() ? release.getRetryAfter() : null,
                  release.getProviderHeadersMap())));
    }
    return releases;
  }

  List<Report> reports(ReportRequest request) {
    FromWire.requireBatch("reports", request.getReportsCount());
    List<Report> reports = new ArrayList<>(request.getReportsCount());
    for (io.sluice.proto.v1.Report report : request.getReportsList()) {
      reports.add(
          new Report(
              new Demand(report.getResource(), report.getAttributesMap(), 1, false, null),
              reported(report),
              report.hasLatency() ? latency(report.getLatency()) : -1,
              hint(
                  report.hasRetryAfter() ? report.getRetryAfter() : null,
                  report.getProviderHeadersMap())));
    }
    return reports;
  }

  private static Outcome reported(io.sluice.proto.v1.Report report) {
    Outcome outcome = outcome(report.getOutcome(), report.getOutcomeValue());
    if (outcome == Outcome.UNUSED) {
      throw new InvalidArgumentException(
          "outcome", "must not be UNUSED in a report, because without a lease nothing comes back");
    }
    return outcome;
  }

  /** What is told outright counts before what the headers say. */
  private ProviderHint hint(@Nullable Duration retryAfter, Map<String, String> headers) {
    if (retryAfter == null && headers.isEmpty()) {
      return ProviderHint.NONE;
    }
    requireHeaders(headers);
    ProviderAnswer answer = ProviderHeaders.parse(headers, wall.millis());
    long nanos =
        retryAfter == null
            ? answer.retryAfter().nanos()
            : Durations.nanos("retry_after", retryAfter, Bounds.MAX_LATENCY_NANOS);
    return new ProviderHint(nanos, left(answer.requests()), left(answer.tokens()));
  }

  private static void requireHeaders(Map<String, String> headers) {
    if (headers.size() > MAX_HEADERS) {
      throw new InvalidArgumentException(
          "provider_headers",
          "must have at most " + MAX_HEADERS + " entries but had " + headers.size());
    }
    headers.forEach(
        (name, value) -> {
          Bounds.requireText("provider_headers name", name, 1, MAX_HEADER_BYTES);
          Bounds.requireText("provider_headers value", value, 0, MAX_HEADER_BYTES);
        });
  }

  private static ProviderHint.@Nullable Left left(@Nullable Budget budget) {
    return budget == null ? null : new ProviderHint.Left(budget.remaining(), budget.resetNanos());
  }

  private static long latency(Duration wire) {
    return Durations.nanos("latency", wire, Bounds.MAX_LATENCY_NANOS);
  }

  private static long actualPermits(io.sluice.proto.v1.Release release) {
    return Bounds.requireRange("actual_permits", release.getActualPermits(), 0, Bounds.MAX_PERMITS);
  }

  private static Outcome outcome(io.sluice.proto.v1.Outcome wire, int number) {
    return switch (wire) {
      case OUTCOME_SUCCESS -> Outcome.SUCCESS;
      case OUTCOME_ERROR -> Outcome.ERROR;
      case OUTCOME_THROTTLED -> Outcome.THROTTLED;
      case OUTCOME_TIMEOUT -> Outcome.TIMEOUT;
      case OUTCOME_CANCELLED -> Outcome.CANCELLED;
      case OUTCOME_UNUSED -> Outcome.UNUSED;
      case OUTCOME_ABANDONED -> Outcome.ABANDONED;
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED ->
          throw new InvalidArgumentException(
              "outcome", "must be a value of sluice.v1.Outcome but was " + number);
    };
  }
}
