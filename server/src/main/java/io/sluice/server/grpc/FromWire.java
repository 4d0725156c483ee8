package io.sluice.server.grpc;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.ExplainRequest;
import io.sluice.proto.v1.RenewRequest;
import java.util.ArrayList;
import java.util.List;

/** Reads requests, and refuses what is out of bounds. */
final class FromWire {
  private static final int MAX_BATCH = 4096;

  private FromWire() {}

  /**
   * Reads an acquire.
   *
   * @param deadlineNanos what is left of the call's deadline, which bounds the wait
   */
  static Acquire acquire(AcquireRequest request, long deadlineNanos) {
    return acquire(request, request.getClientId(), request.getRequestId(), deadlineNanos);
  }

  /** Reads an acquire whose identity is told elsewhere. */
  static Acquire acquire(
      AcquireRequest request, String clientId, String requestId, long deadlineNanos) {
    long maxWait = request.hasMaxWait() ? maxWait(request.getMaxWait()) : 0;
    return Acquire.builder(demands(request.getDemandsList()))
        .requestId(requestId)
        .maxWaitNanos(Math.min(maxWait, Math.max(0, deadlineNanos)))
        .ttlNanos(request.hasTtl() ? ttl(request.getTtl()) : 0)
        .priority(request.hasPriority() ? request.getPriority() : Acquire.DEFAULT_PRIORITY)
        .clientId(clientId)
        .labels(request.getLabelsMap())
        .wantLease(request.getWantLease())
        .dedup(request.hasDedup() ? dedup(request.getDedup()) : null)
        .workDeadlineNanos(
            Durations.nanos("work_deadline", request.getWorkDeadline(), Bounds.MAX_TTL_NANOS))
        .expectedHoldNanos(
            Durations.nanos("expected_hold", request.getExpectedHold(), Bounds.MAX_TTL_NANOS))
        .parent(
            request.getParentLeaseId().isEmpty()
                ? null
                : leaseId("parent_lease_id", request.getParentLeaseId()))
        .build();
  }

  private static Dedup dedup(io.sluice.proto.v1.Dedup wire) {
    return new Dedup(
        wire.getKey(),
        switch (wire.getScope()) {
          case DEDUP_SCOPE_UNSPECIFIED, DEDUP_SCOPE_PENDING -> Dedup.Scope.PENDING;
          case DEDUP_SCOPE_PENDING_OR_RUNNING -> Dedup.Scope.PENDING_OR_RUNNING;
          case DEDUP_SCOPE_TTL -> Dedup.Scope.TTL;
          case UNRECOGNIZED -> throw unknown("dedup.scope", wire.getScopeValue());
        },
        Durations.nanos("dedup.ttl", wire.getTtl(), Bounds.MAX_TTL_NANOS),
        switch (wire.getOnConflict()) {
          case DEDUP_CONFLICT_UNSPECIFIED, DEDUP_CONFLICT_REUSE -> Dedup.OnConflict.REUSE;
          case DEDUP_CONFLICT_JOIN -> Dedup.OnConflict.JOIN;
          case DEDUP_CONFLICT_REJECT -> Dedup.OnConflict.REJECT;
          case DEDUP_CONFLICT_REPLACE_WAITER -> Dedup.OnConflict.REPLACE_WAITER;
          case UNRECOGNIZED -> throw unknown("dedup.on_conflict", wire.getOnConflictValue());
        });
  }

  static Acquire explained(ExplainRequest request) {
    return Acquire.builder(demands(request.getDemandsList()))
        .priority(request.hasPriority() ? request.getPriority() : Acquire.DEFAULT_PRIORITY)
        .clientId(request.getClientId())
        .build();
  }

  static List<LeaseId> renewed(RenewRequest request) {
    requireBatch("lease_ids", request.getLeaseIdsCount());
    List<LeaseId> ids = new ArrayList<>(request.getLeaseIdsCount());
    for (int i = 0; i < request.getLeaseIdsCount(); i++) {
      ids.add(leaseId(request.getLeaseIds(i)));
    }
    return ids;
  }

  static long maxWait(com.google.protobuf.Duration maxWait) {
    return Durations.nanos("max_wait", maxWait, Bounds.MAX_TTL_NANOS);
  }

  static long ttl(com.google.protobuf.Duration ttl) {
    long nanos = Durations.nanos("ttl", ttl, Bounds.MAX_TTL_NANOS);
    if (nanos < Bounds.MIN_TTL_NANOS) {
      throw new InvalidArgumentException("ttl", "must be at least 1s but was " + nanos + "ns");
    }
    return nanos;
  }

  static LeaseId leaseId(String text) {
    return leaseId("lease_id", text);
  }

  private static LeaseId leaseId(String field, String text) {
    LeaseId id = LeaseId.parse(text);
    if (id == null) {
      throw new InvalidArgumentException(
          field, "must be 32 hexadecimal digits but had " + text.length() + " characters");
    }
    return id;
  }

  static void requireBatch(String field, int count) {
    if (count < 1 || count > MAX_BATCH) {
      throw new InvalidArgumentException(
          field, "must have 1.." + MAX_BATCH + " entries but had " + count);
    }
  }

  private static List<Demand> demands(List<io.sluice.proto.v1.Demand> wire) {
    if (wire.size() == 1) {
      return List.of(demand(wire.get(0)));
    }
    if (wire.isEmpty() || wire.size() > Bounds.MAX_DEMANDS) {
      throw new InvalidArgumentException(
          "demands", "must have 1.." + Bounds.MAX_DEMANDS + " entries but had " + wire.size());
    }
    List<Demand> demands = new ArrayList<>(wire.size());
    for (int i = 0; i < wire.size(); i++) {
      try {
        demands.add(demand(wire.get(i)));
      } catch (InvalidArgumentException e) {
        throw e.within("demands[" + i + "]");
      }
    }
    return demands;
  }

  private static Demand demand(io.sluice.proto.v1.Demand wire) {
    return new Demand(
        wire.getResource(),
        wire.getAttributesMap(),
        wire.hasPermits() ? wire.getPermits() : 1,
        wire.getEstimate(),
        wire.hasDevices() ? deviceAsk(wire.getDevices()) : null);
  }

  private static DeviceAsk deviceAsk(io.sluice.proto.v1.DeviceAsk wire) {
    return new DeviceAsk(
        wire.hasCount() ? wire.getCount() : 1,
        wire.getMemoryMib(),
        wire.getComputePercent(),
        wire.getExclusive(),
        wire.getSameDevice(),
        wire.getSelectorMap());
  }

  private static InvalidArgumentException unknown(String field, int number) {
    return new InvalidArgumentException(field, "must be one that is known but was " + number);
  }
}
