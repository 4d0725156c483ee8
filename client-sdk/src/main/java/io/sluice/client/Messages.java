package io.sluice.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Between the values of this package and the messages of the interface. Pure. */
final class Messages {
  private static final int MAX_HEADERS = 32;
  private static final int MAX_HEADER_BYTES = 1024;

  private Messages() {}

  static com.google.protobuf.Duration duration(Duration value) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(value.getSeconds())
        .setNanos(value.getNano())
        .build();
  }

  static Duration duration(com.google.protobuf.Duration message) {
    return Duration.ofSeconds(message.getSeconds(), message.getNanos());
  }

  static io.sluice.proto.v1.Demand demand(Demand value) {
    io.sluice.proto.v1.Demand.Builder message =
        io.sluice.proto.v1.Demand.newBuilder()
            .setResource(value.resource())
            .putAllAttributes(value.attributes())
            .setPermits(value.permits())
            .setEstimate(value.isEstimate());
    DeviceAsk devices = value.devices();
    if (devices != null) {
      message.setDevices(
          io.sluice.proto.v1.DeviceAsk.newBuilder()
              .setCount(devices.count())
              .setMemoryMib(devices.memoryMib())
              .setComputePercent(devices.computePercent())
              .setExclusive(devices.isExclusive())
              .setSameDevice(devices.isSameDevice())
              .putAllSelector(devices.selector()));
    }
    return message.build();
  }

  static io.sluice.proto.v1.Outcome outcome(Outcome value) {
    return switch (value) {
      case SUCCESS -> io.sluice.proto.v1.Outcome.OUTCOME_SUCCESS;
      case ERROR -> io.sluice.proto.v1.Outcome.OUTCOME_ERROR;
      case THROTTLED -> io.sluice.proto.v1.Outcome.OUTCOME_THROTTLED;
      case TIMEOUT -> io.sluice.proto.v1.Outcome.OUTCOME_TIMEOUT;
      case CANCELLED -> io.sluice.proto.v1.Outcome.OUTCOME_CANCELLED;
      case UNUSED -> io.sluice.proto.v1.Outcome.OUTCOME_UNUSED;
      case ABANDONED -> io.sluice.proto.v1.Outcome.OUTCOME_ABANDONED;
    };
  }

  /** Returns the headers that may be sent. */
  static Map<String, String> headers(Map<String, String> headers) {
    Map<String, String> sent = new LinkedHashMap<>();
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String name = header.getKey();
      boolean fits = !name.isEmpty() && fits(name) && fits(header.getValue());
      if (fits && sent.size() < MAX_HEADERS) {
        sent.put(name, header.getValue());
      }
    }
    return sent;
  }

  private static boolean fits(String text) {
    return text.length() <= MAX_HEADER_BYTES
        && text.getBytes(StandardCharsets.UTF_8).length <= MAX_HEADER_BYTES;
  }

  static DenialReason reason(io.sluice.proto.v1.DenialReason message) {
    return switch (message) {
      case DENIAL_REASON_RATE -> DenialReason.RATE;
      case DENIAL_REASON_CONCURRENCY -> DenialReason.CONCURRENCY;
      case DENIAL_REASON_DEVICES -> DenialReason.DEVICES;
      case DENIAL_REASON_QUOTA -> DenialReason.QUOTA;
      case DENIAL_REASON_BREAKER_OPEN -> DenialReason.BREAKER_OPEN;
      case DENIAL_REASON_HOLD -> DenialReason.HOLD;
      case DENIAL_REASON_QUEUE_FULL -> DenialReason.QUEUE_FULL;
      case DENIAL_REASON_WAIT_TIMEOUT -> DenialReason.WAIT_TIMEOUT;
      case DENIAL_REASON_DEADLINE_TOO_SHORT -> DenialReason.DEADLINE_TOO_SHORT;
      case DENIAL_REASON_EXCEEDS_LIMIT -> DenialReason.EXCEEDS_LIMIT;
      case DENIAL_REASON_DUPLICATE -> DenialReason.DUPLICATE;
      case DENIAL_REASON_PAUSED -> DenialReason.PAUSED;
      case DENIAL_REASON_DRAINING -> DenialReason.DRAINING;
      case DENIAL_REASON_SHED -> DenialReason.SHED;
      case DENIAL_REASON_UNMATCHED -> DenialReason.UNMATCHED;
      case DENIAL_REASON_RECOVERING -> DenialReason.RECOVERING;
      case DENIAL_REASON_STORE_UNAVAILABLE -> DenialReason.STORE_UNAVAILABLE;
      case DENIAL_REASON_UNSPECIFIED, UNRECOGNIZED -> DenialReason.UNRECOGNIZED;
    };
  }

  static io.sluice.proto.v1.Dedup dedup(Dedup value) {
    io.sluice.proto.v1.Dedup.Builder message =
        io.sluice.proto.v1.Dedup.newBuilder()
            .setKey(value.key())
            .setScope(
                switch (value.scope()) {
                  case PENDING -> io.sluice.proto.v1.DedupScope.DEDUP_SCOPE_PENDING;
                  case PENDING_OR_RUNNING ->
                      io.sluice.proto.v1.DedupScope.DEDUP_SCOPE_PENDING_OR_RUNNING;
                  case TTL -> io.sluice.proto.v1.DedupScope.DEDUP_SCOPE_TTL;
                })
            .setOnConflict(
                switch (value.onConflict()) {
                  case REUSE -> io.sluice.proto.v1.DedupConflict.DEDUP_CONFLICT_REUSE;
                  case JOIN -> io.sluice.proto.v1.DedupConflict.DEDUP_CONFLICT_JOIN;
                  case REJECT -> io.sluice.proto.v1.DedupConflict.DEDUP_CONFLICT_REJECT;
                  case REPLACE_WAITER ->
                      io.sluice.proto.v1.DedupConflict.DEDUP_CONFLICT_REPLACE_WAITER;
                });
    Duration ttl = value.ttl();
    if (ttl != null) {
      message.setTtl(duration(ttl));
    }
    return message.build();
  }

  static LeaseState leaseState(io.sluice.proto.v1.LeaseState message) {
    return switch (message) {
      case LEASE_STATE_QUEUED -> LeaseState.QUEUED;
      case LEASE_STATE_GRANTED -> LeaseState.GRANTED;
      case LEASE_STATE_RELEASED -> LeaseState.RELEASED;
      case LEASE_STATE_EXPIRED -> LeaseState.EXPIRED;
      case LEASE_STATE_REVOKED -> LeaseState.REVOKED;
      case LEASE_STATE_QUARANTINED -> LeaseState.QUARANTINED;
      case LEASE_STATE_SUSPENDED -> LeaseState.SUSPENDED;
      case LEASE_STATE_UNSPECIFIED, UNRECOGNIZED -> LeaseState.UNRECOGNIZED;
    };
  }

  static ExistingRequest existing(io.sluice.proto.v1.ExistingRequest message) {
    return new ExistingRequest(
        message.getRequestId(),
        message.getLeaseId(),
        leaseState(message.getState()),
        message.getDifferencesList().stream().map(Messages::difference).toList());
  }

  private static Difference difference(io.sluice.proto.v1.Difference message) {
    return new Difference(
        message.getField(),
        message.hasExisting() ? Optional.of(message.getExisting()) : Optional.empty(),
        message.hasAsked() ? Optional.of(message.getAsked()) : Optional.empty());
  }

  static Blocker blocker(io.sluice.proto.v1.Blocker message) {
    return new Blocker(
        message.getLimit(),
        message.getResource(),
        reason(message.getReason()),
        message.hasRetryAfter() ? Optional.of(duration(message.getRetryAfter())) : Optional.empty(),
        message.getMessage());
  }

  static Allotment allotment(io.sluice.proto.v1.Allotment message) {
    return new Allotment(
        message.getResource(),
        message.getDeviceUuid(),
        message.getDeviceIndex(),
        message.getMemoryMib(),
        message.getComputePercent());
  }

  static LimitState state(io.sluice.proto.v1.LimitState message) {
    return new LimitState(message.getLimit(), message.getRemaining(), message.getLimitValue());
  }

  /** The exception that says why an answer is no grant. */
  static ConcurrencyException denial(io.sluice.proto.v1.Denial denial) {
    return switch (reason(denial.getReason())) {
      case RATE, QUOTA -> new RateLimitExceededException(denial);
      case WAIT_TIMEOUT -> new WaitTimeoutException(denial);
      case EXCEEDS_LIMIT -> new ExceedsLimitException(denial);
      default -> new ConcurrencyException(denial);
    };
  }
}
