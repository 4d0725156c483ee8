package io.sluice.server.grpc;

import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.Difference;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.ExistingRequest;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.LeaseState;
import io.sluice.proto.v1.LimitKind;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.RenewResult;
import io.sluice.proto.v1.RenewStatus;
import io.sluice.proto.v1.SuspendStatus;
import java.util.List;

/** Writes answers. */
final class ToWire {
  private static final int MAX_BLOCKERS = 64;

  /** Renewing at a third of the time to live leaves two more tries before it runs out. */
  private static final int RENEWALS_PER_TTL = 3;

  private ToWire() {}

  static Grant grant(Decision.Granted granted) {
    Grant.Builder grant = Grant.newBuilder().setLimited(granted.limited());
    LeaseId id = granted.leaseId();
    if (id != null) {
      grant
          .setLeaseId(id.toString())
          .setFencingToken(granted.fencingToken())
          .setTtl(Durations.of(granted.ttlNanos()))
          .setRenewAfter(Durations.of(granted.ttlNanos() / RENEWALS_PER_TTL));
    }
    if (granted.waitedNanos() > 0) {
      grant.setWaited(Durations.of(granted.waitedNanos()));
    }
    if (granted.replayed()) {
      grant.setReplayed(true);
    }
    List<Allotment> allotments = granted.allotments();
    if (!allotments.isEmpty()) {
      allotments.forEach(allotment -> grant.addAllotments(allotment(allotment)));
      grant.putAllEnvironment(GpuEnvironment.of(allotments));
    }
    List<LimitState> states = granted.states();
    for (int i = 0; i < states.size(); i++) {
      grant.addStates(state(states.get(i)));
    }
    return grant.build();
  }

  /**
   * Writes a denial.
   *
   * @param jitter from 0 to 1, how far to spread the time to come back
   */
  static Denial denial(Decision.Denied denied, double jitter) {
    Denial.Builder denial =
        Denial.newBuilder()
            .setReason(reason(denied.reason()))
            .setLimit(denied.limit())
            .setResource(denied.resource())
            .setMessage(denied.message())
            .setPosition(denied.position());
    if (denied.waitNanos() != Blocker.NEVER) {
      denial.setRetryAfter(Durations.of(RetryAfter.nanos(denied.waitNanos(), jitter)));
      if (denied.position() > 0) {
        denial.setExpectedWait(Durations.of(denied.waitNanos()));
      }
    }
    denied.blockers().stream()
        .limit(MAX_BLOCKERS)
        .forEach(blocker -> denial.addBlockers(blocker(blocker)));
    Decision.Existing existing = denied.existing();
    if (existing != null) {
      denial.setExisting(existing(existing));
    }
    return denial.build();
  }

  static ExistingRequest existing(Decision.Existing existing) {
    LeaseId id = existing.leaseId();
    return ExistingRequest.newBuilder()
        .setRequestId(existing.requestId())
        .setLeaseId(id == null ? "" : id.toString())
        .setState(leaseState(existing.state()))
        .addAllDifferences(existing.differences().stream().map(ToWire::difference).toList())
        .build();
  }

  private static io.sluice.proto.v1.Difference difference(Difference difference) {
    io.sluice.proto.v1.Difference.Builder wire =
        io.sluice.proto.v1.Difference.newBuilder().setField(difference.field());
    String existing = difference.existing();
    if (existing != null) {
      wire.setExisting(existing);
    }
    String asked = difference.asked();
    if (asked != null) {
      wire.setAsked(asked);
    }
    return wire.build();
  }

  static io.sluice.proto.v1.Blocker blocker(Blocker blocker) {
    io.sluice.proto.v1.Blocker.Builder wire =
        io.sluice.proto.v1.Blocker.newBuilder()
            .setLimit(blocker.limit())
            .setResource(blocker.resource())
            .setReason(reason(blocker.reason()))
            .setMessage(blocker.message());
    if (blocker.waitNanos() != Blocker.NEVER) {
      wire.setRetryAfter(Durations.of(blocker.waitNanos()));
    }
    return wire.build();
  }

  static RenewResult renewal(LeaseId id, Renewal renewal) {
    RenewResult.Builder result = RenewResult.newBuilder().setLeaseId(id.toString());
    return switch (renewal.status()) {
      case RENEWED ->
          result
              .setStatus(RenewStatus.RENEW_STATUS_RENEWED)
              .setTtl(Durations.of(renewal.ttlNanos()))
              .setFencingToken(renewal.fencingToken())
              .build();
      case LOST -> result.setStatus(RenewStatus.RENEW_STATUS_LOST).build();
      case UNKNOWN -> result.setStatus(RenewStatus.RENEW_STATUS_UNKNOWN).build();
    };
  }

  static io.sluice.proto.v1.ReleaseStatus releaseStatus(ReleaseStatus status) {
    return switch (status) {
      case RELEASED -> io.sluice.proto.v1.ReleaseStatus.RELEASE_STATUS_RELEASED;
      case ALREADY_RELEASED -> io.sluice.proto.v1.ReleaseStatus.RELEASE_STATUS_ALREADY_RELEASED;
      case EXPIRED -> io.sluice.proto.v1.ReleaseStatus.RELEASE_STATUS_EXPIRED;
      case UNKNOWN -> io.sluice.proto.v1.ReleaseStatus.RELEASE_STATUS_UNKNOWN;
    };
  }

  static SuspendStatus suspendStatus(io.sluice.engine.model.SuspendStatus status) {
    return switch (status) {
      case SUSPENDED -> SuspendStatus.SUSPEND_STATUS_SUSPENDED;
      case NESTED -> SuspendStatus.SUSPEND_STATUS_NESTED;
      case LOST -> SuspendStatus.SUSPEND_STATUS_LOST;
      case UNKNOWN -> SuspendStatus.SUSPEND_STATUS_UNKNOWN;
    };
  }

  static io.sluice.proto.v1.Allotment allotment(Allotment allotment) {
    return io.sluice.proto.v1.Allotment.newBuilder()
        .setResource(allotment.resource())
        .setDeviceUuid(allotment.deviceUuid())
        .setDeviceIndex(allotment.deviceIndex())
        .setMemoryMib(allotment.memoryMib())
        .setComputePercent(allotment.computePercent())
        .build();
  }

  static io.sluice.proto.v1.LimitState state(LimitState state) {
    return io.sluice.proto.v1.LimitState.newBuilder()
        .setLimit(state.limit())
        .setRemaining(state.remaining())
        .setLimitValue(state.limitValue())
        .build();
  }

  static io.sluice.proto.v1.Demand demand(Demand demand) {
    io.sluice.proto.v1.Demand.Builder wire =
        io.sluice.proto.v1.Demand.newBuilder()
            .setResource(demand.resource())
            .putAllAttributes(demand.attributes())
            .setPermits(demand.permits())
            .setEstimate(demand.estimate());
    DeviceAsk devices = demand.devices();
    if (devices != null) {
      wire.setDevices(
          io.sluice.proto.v1.DeviceAsk.newBuilder()
              .setCount(devices.count())
              .setMemoryMib(devices.memoryMib())
              .setComputePercent(devices.computePercent())
              .setExclusive(devices.exclusive())
              .setSameDevice(devices.sameDevice())
              .putAllSelector(devices.selector()));
    }
    return wire.build();
  }

  static DenialReason reason(io.sluice.engine.model.DenialReason reason) {
    return switch (reason) {
      case RATE -> DenialReason.DENIAL_REASON_RATE;
      case CONCURRENCY -> DenialReason.DENIAL_REASON_CONCURRENCY;
      case DEVICES -> DenialReason.DENIAL_REASON_DEVICES;
      case QUOTA -> DenialReason.DENIAL_REASON_QUOTA;
      case BREAKER_OPEN -> DenialReason.DENIAL_REASON_BREAKER_OPEN;
      case HOLD -> DenialReason.DENIAL_REASON_HOLD;
      case QUEUE_FULL -> DenialReason.DENIAL_REASON_QUEUE_FULL;
      case WAIT_TIMEOUT -> DenialReason.DENIAL_REASON_WAIT_TIMEOUT;
      case EXCEEDS_LIMIT -> DenialReason.DENIAL_REASON_EXCEEDS_LIMIT;
      case DUPLICATE -> DenialReason.DENIAL_REASON_DUPLICATE;
      case PAUSED -> DenialReason.DENIAL_REASON_PAUSED;
      case DRAINING -> DenialReason.DENIAL_REASON_DRAINING;
      case RECOVERING -> DenialReason.DENIAL_REASON_RECOVERING;
      case DEADLINE_TOO_SHORT -> DenialReason.DENIAL_REASON_DEADLINE_TOO_SHORT;
      case SHED -> DenialReason.DENIAL_REASON_SHED;
      case UNMATCHED -> DenialReason.DENIAL_REASON_UNMATCHED;
      case STORE_UNAVAILABLE -> DenialReason.DENIAL_REASON_STORE_UNAVAILABLE;
    };
  }

  static LeaseState leaseState(io.sluice.engine.model.LeaseState state) {
    return switch (state) {
      case QUEUED -> LeaseState.LEASE_STATE_QUEUED;
      case GRANTED -> LeaseState.LEASE_STATE_GRANTED;
      case RELEASED -> LeaseState.LEASE_STATE_RELEASED;
      case EXPIRED -> LeaseState.LEASE_STATE_EXPIRED;
      case REVOKED -> LeaseState.LEASE_STATE_REVOKED;
      case SUSPENDED -> LeaseState.LEASE_STATE_SUSPENDED;
      case QUARANTINED -> LeaseState.LEASE_STATE_QUARANTINED;
    };
  }

  static LimitKind kind(io.sluice.engine.model.LimitKind kind) {
    return switch (kind) {
      case RATE -> LimitKind.LIMIT_KIND_RATE;
      case CONCURRENCY -> LimitKind.LIMIT_KIND_CONCURRENCY;
      case DEVICES -> LimitKind.LIMIT_KIND_DEVICES;
    };
  }

  static Outcome outcome(io.sluice.engine.model.Outcome outcome) {
    return switch (outcome) {
      case SUCCESS -> Outcome.OUTCOME_SUCCESS;
      case ERROR -> Outcome.OUTCOME_ERROR;
      case THROTTLED -> Outcome.OUTCOME_THROTTLED;
      case TIMEOUT -> Outcome.OUTCOME_TIMEOUT;
      case CANCELLED -> Outcome.OUTCOME_CANCELLED;
      case UNUSED -> Outcome.OUTCOME_UNUSED;
      case ABANDONED -> Outcome.OUTCOME_ABANDONED;
    };
  }
}
