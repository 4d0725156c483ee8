package io.sluice.server.grpc;

import io.sluice.engine.admission.Explanation;
import io.sluice.engine.admission.Waiting;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.device.PoolMemory;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Pause;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Blocker;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.proto.v1.ConcurrencyPolicy;
import io.sluice.proto.v1.DeviceState;
import io.sluice.proto.v1.DevicesPolicy;
import io.sluice.proto.v1.ExplainResponse;
import io.sluice.proto.v1.LeaseCharge;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.LimitExplanation;
import io.sluice.proto.v1.LimitMode;
import java.util.List;
import java.util.Locale;

/** Writes what administrators ask about. */
final class AdminToWire {
  private AdminToWire() {}

  static Limit limit(ActiveLimit active, List<DeviceUsage> devices) {
    io.sluice.engine.limit.Limit limit = active.configured();
    Policy effective = active.limit().policy();
    Limit.Builder wire =
        Limit.newBuilder()
            .setName(limit.name())
            .setResourcePattern(limit.match().resource().toString())
            .putAllAttributes(limit.match().attributes())
            .addAllKey(limit.key())
            .setKind(ToWire.kind(limit.policy().kind()))
            .setQueueMax(limit.queue().max())
            .setMaxPermitsPerRequest(limit.maxPermitsPerRequest())
            .setQueue(queue(limit.queue()))
            .setMaxKeys(limit.maxKeys())
            .setMode(
                limit.isEnforced() ? LimitMode.LIMIT_MODE_ENFORCE : LimitMode.LIMIT_MODE_SHADOW)
            .setHeadroom(
                (double) limit.headroomPermille() / io.sluice.engine.limit.Limit.FULL_HEADROOM)
            .setEffectiveCapacity(effective.capacity())
            .setEffectiveRate(StatsToWire.currentRate(effective));
    LearningToWire.write(limit.learning(), wire);
    Policy policy = limit.policy();
    if (policy instanceof Policy.Rate rate) {
      wire.setRate(RatePolicies.bucket(rate));
    } else if (policy instanceof Policy.Window window) {
      wire.setRate(RatePolicies.window(window));
    } else if (policy instanceof Policy.Concurrency concurrency) {
      wire.setConcurrency(concurrency(concurrency));
    } else if (policy instanceof Policy.Slots slots) {
      wire.setDevices(terms(DevicesPolicy.newBuilder().setSlots(slots.slots()), slots.terms()));
    } else if (policy instanceof Policy.Devices pool) {
      wire.setDevices(terms(pool(pool, devices), pool.terms()));
    }
    return wire.build();
  }

  private static io.sluice.proto.v1.QueueRules queue(QueueRules rules) {
    Fairness fairness = rules.fairness();
    return io.sluice.proto.v1.QueueRules.newBuilder()
        .setMode(rules.mode().name().toLowerCase(Locale.ROOT))
        .addAllFairness(
            switch (fairness.by()) {
              case CLIENT -> List.of("client");
              case NOBODY -> List.of("none");
              case ATTRIBUTES -> fairness.attributes();
            })
        .putAllWeights(fairness.weights())
        .setAging(Durations.of(rules.agingNanos()))
        .setMaxBypasses(rules.maxBypasses())
        .build();
  }

  static io.sluice.proto.v1.Waiter waiter(Waiting waiting) {
    Acquire acquire = waiting.acquire();
    io.sluice.proto.v1.Waiter.Builder wire =
        io.sluice.proto.v1.Waiter.newBuilder()
            .setRequestId(acquire.requestId())
            .setClientId(acquire.clientId())
            .addAllDemands(acquire.demands().stream().map(ToWire::demand).toList())
            .setPriority(acquire.priority())
            .putAllLabels(acquire.labels())
            .setWaited(Durations.of(waiting.waitedNanos()))
            .setRemaining(Durations.of(waiting.remainingNanos()))
            .setPosition(waiting.position())
            .addAllLimits(waiting.limits());
    if (waiting.expectedWaitNanos() != Long.MAX_VALUE) {
      wire.setExpectedWait(Durations.of(waiting.expectedWaitNanos()));
    }
    return wire.build();
  }

  static io.sluice.proto.v1.Pause pause(Pause pause) {
    return io.sluice.proto.v1.Pause.newBuilder()
        .setResourcePattern(pause.resource().toString())
        .setReason(pause.reason())
        .setDeny(pause.deny())
        .build();
  }

  static io.sluice.proto.v1.Lease lease(Lease lease, long nowNanos) {
    Acquire acquire = lease.claim().acquire();
    io.sluice.proto.v1.Lease.Builder wire =
        io.sluice.proto.v1.Lease.newBuilder()
            .setLeaseId(lease.id().toString())
            .setState(ToWire.leaseState(lease.state()))
            .setClientId(acquire.clientId())
            .setRequestId(acquire.requestId())
            .putAllLabels(acquire.labels())
            .setFencingToken(lease.fencingToken())
            .setAge(Durations.of(nowNanos - lease.grantedAtNanos()))
            .setMessage(lease.message());
    acquire.demands().forEach(demand -> wire.addDemands(ToWire.demand(demand)));
    lease.claim().charges().forEach(charge -> wire.addCharges(charge(charge)));
    lease.allotments().forEach(allotment -> wire.addAllotments(ToWire.allotment(allotment)));
    if (!lease.isEnded()) {
      wire.setRemaining(Durations.of(lease.remainingNanos(nowNanos)));
    }
    LeaseId parent = acquire.parent();
    if (parent != null) {
      wire.setParentLeaseId(parent.toString());
    }
    Outcome outcome = lease.outcome();
    if (outcome != null) {
      wire.setOutcome(ToWire.outcome(outcome));
    }
    return wire.build();
  }

  static ExplainResponse explanation(Explanation explanation) {
    ExplainResponse.Builder wire = ExplainResponse.newBuilder();
    if (explanation.decision() instanceof Decision.Denied denied) {
      wire.setReason(ToWire.reason(denied.reason())).setMessage(denied.message());
      if (denied.waitNanos() != Blocker.NEVER) {
        wire.setRetryAfter(Durations.of(denied.waitNanos()));
      }
    } else {
      wire.setAdmitted(true)
          .setMessage(
              explanation.limits().isEmpty()
                  ? "no limit matches, so it would be granted"
                  : "it would be granted");
    }
    explanation.limits().forEach(limit -> wire.addLimits(explanation(limit)));
    return wire.build();
  }

  private static LimitExplanation explanation(Explanation.ByLimit limit) {
    LimitExplanation.Builder wire =
        LimitExplanation.newBuilder()
            .setLimit(limit.limit())
            .setKind(ToWire.kind(limit.kind()))
            .addAllKey(limit.key())
            .setPermits(limit.permits())
            .setState(ToWire.state(limit.state()))
            .setWaitingAhead(limit.waitingAhead());
    Blocker blocker = limit.blocker();
    if (blocker != null) {
      wire.setBlocker(ToWire.blocker(blocker));
    }
    return wire.build();
  }

  private static LeaseCharge charge(Charge charge) {
    return LeaseCharge.newBuilder()
        .setLimit(charge.limitName())
        .addAllKey(charge.bucket().key().values())
        .setPermits(charge.permits())
        .setRidden(charge.ridden())
        .build();
  }

  private static ConcurrencyPolicy concurrency(Policy.Concurrency policy) {
    LeaseTerms terms = policy.terms();
    ConcurrencyPolicy.Builder wire =
        ConcurrencyPolicy.newBuilder()
            .setMax(policy.max())
            .setTtl(Durations.of(terms.ttlNanos()))
            .setMaxTtl(Durations.of(terms.maxTtlNanos()));
    if (terms.maxHoldNanos() != Long.MAX_VALUE) {
      wire.setMaxHold(Durations.of(terms.maxHoldNanos()));
    }
    if (terms.lockDelayNanos() > 0) {
      wire.setLockDelay(Durations.of(terms.lockDelayNanos()));
    }
    if (terms.disconnectGraceNanos() != LeaseTerms.KEEP) {
      wire.setDisconnectGrace(Durations.of(terms.disconnectGraceNanos()));
    }
    return wire.build();
  }

  private static DevicesPolicy.Builder pool(Policy.Devices policy, List<DeviceUsage> devices) {
    DevicesPolicy.Builder wire =
        DevicesPolicy.newBuilder()
            .setPool(policy.pool())
            .setPlacement(policy.placement().name().toLowerCase(Locale.ROOT))
            .setMaxSharers(policy.maxSharers());
    PoolMemory memory = PoolMemory.of(devices);
    wire.setGrantableMib(memory.grantableMib())
        .setLargestMib(memory.largestMib())
        .setStrandedMib(memory.strandedMib());
    devices.forEach(usage -> wire.addDevices(device(usage)));
    return wire;
  }

  static DeviceState device(DeviceUsage usage) {
    DeviceState.Builder wire =
        DeviceState.newBuilder()
            .setUuid(usage.device().uuid())
            .setIndex(usage.device().index())
            .setModel(usage.device().model())
            .putAllAttributes(usage.device().attributes())
            .setMemoryMib(usage.device().memoryMib())
            .setGrantedMib(usage.grantedMib())
            .setUnmanagedMib(usage.unmanagedMib())
            .setFreeMib(usage.freeMib())
            .setGrantedPercent(usage.grantedPercent())
            .setSharers(usage.sharers())
            .setExclusive(usage.exclusive())
            .setCordoned(usage.cordoned())
            .setLost(usage.lost());
    if (usage.utilizationPercent() != DeviceReading.UNKNOWN) {
      wire.setUtilizationPercent(usage.utilizationPercent());
    }
    return wire.build();
  }

  private static DevicesPolicy terms(DevicesPolicy.Builder wire, LeaseTerms terms) {
    wire.setTtl(Durations.of(terms.ttlNanos())).setMaxTtl(Durations.of(terms.maxTtlNanos()));
    if (terms.maxHoldNanos() != Long.MAX_VALUE) {
      wire.setMaxHold(Durations.of(terms.maxHoldNanos()));
    }
    if (terms.lockDelayNanos() > 0) {
      wire.setLockDelay(Durations.of(terms.lockDelayNanos()));
    }
    if (terms.disconnectGraceNanos() != LeaseTerms.KEEP) {
      wire.setDisconnectGrace(Durations.of(terms.disconnectGraceNanos()));
    }
    return wire.build();
  }
}
