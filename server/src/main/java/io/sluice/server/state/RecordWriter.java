package io.sluice.server.state;

import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.BucketName;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.SavedCharge;
import io.sluice.engine.store.SavedLease;
import io.sluice.proto.state.v1.EndedLease;
import io.sluice.proto.state.v1.Holding;
import io.sluice.proto.state.v1.LeaseKey;
import io.sluice.proto.state.v1.Level;
import io.sluice.proto.state.v1.SavedAcquire;
import io.sluice.proto.state.v1.SavedAllotment;
import io.sluice.proto.state.v1.SavedBucket;
import io.sluice.proto.state.v1.SavedDedup;
import io.sluice.proto.state.v1.SavedDemand;
import io.sluice.proto.state.v1.SavedDeviceAsk;
import io.sluice.proto.state.v1.Terms;

/** Makes records of what the engine knows. */
final class RecordWriter {
  private RecordWriter() {}

  static LeaseKey key(LeaseId id) {
    return LeaseKey.newBuilder().setHigh(id.high()).setLow(id.low()).build();
  }

  static io.sluice.proto.state.v1.SavedLease lease(SavedLease lease) {
    io.sluice.proto.state.v1.SavedLease.Builder saved =
        io.sluice.proto.state.v1.SavedLease.newBuilder()
            .setId(key(lease.id()))
            .setFencingToken(lease.fencingToken())
            .setAcquire(acquire(lease.acquire()))
            .setTerms(terms(lease.terms()))
            .setGrantedAtNanos(lease.grantedAtNanos())
            .setTtlNanos(lease.ttlNanos())
            .setState(Names.STATE.saved(lease.state()))
            .setEndState(Names.STATE.saved(lease.endState()))
            .setEndedAtNanos(lease.endedAtNanos())
            .setMessage(lease.message());
    lease.charges().forEach(charge -> saved.addCharges(charge(charge)));
    lease.allotments().forEach(allotment -> saved.addAllotments(allotment(allotment)));
    if (lease.heldSinceNanos() != lease.grantedAtNanos()) {
      saved.setHeldSinceNanos(lease.heldSinceNanos());
    }
    if (lease.revokedByNanos() != Long.MAX_VALUE) {
      saved.setRevokedByNanos(lease.revokedByNanos());
    }
    if (lease.outcome() != null) {
      saved.setOutcome(Names.OUTCOME.saved(lease.outcome()));
    }
    return saved.build();
  }

  static EndedLease ended(Lease lease) {
    EndedLease.Builder ended =
        EndedLease.newBuilder()
            .setId(key(lease.id()))
            .setState(Names.STATE.saved(lease.state()))
            .setMessage(lease.message());
    if (lease.outcome() != null) {
      ended.setOutcome(Names.OUTCOME.saved(lease.outcome()));
    }
    return ended.build();
  }

  static Level level(BucketName bucket, long[] numbers) {
    Level.Builder level = Level.newBuilder().setBucket(bucket(bucket));
    for (long number : numbers) {
      level.addNumbers(number);
    }
    return level.build();
  }

  static SavedAcquire acquire(Acquire acquire) {
    SavedAcquire.Builder saved =
        SavedAcquire.newBuilder()
            .setRequestId(acquire.requestId())
            .setMaxWaitNanos(acquire.maxWaitNanos())
            .setTtlNanos(acquire.ttlNanos())
            .setPriority(acquire.priority())
            .setClientId(acquire.clientId())
            .putAllLabels(acquire.labels())
            .setWantLease(acquire.wantLease())
            .setWorkDeadlineNanos(acquire.workDeadlineNanos())
            .setExpectedHoldNanos(acquire.expectedHoldNanos());
    acquire.demands().forEach(demand -> saved.addDemands(demand(demand)));
    if (acquire.dedup() != null) {
      saved.setDedup(dedup(acquire.dedup()));
    }
    if (acquire.parent() != null) {
      saved.setParent(key(acquire.parent()));
    }
    return saved.build();
  }

  private static SavedDemand demand(Demand demand) {
    SavedDemand.Builder saved =
        SavedDemand.newBuilder()
            .setResource(demand.resource())
            .putAllAttributes(demand.attributes())
            .setPermits(demand.permits())
            .setEstimate(demand.estimate());
    if (demand.devices() != null) {
      saved.setDevices(ask(demand.devices()));
    }
    return saved.build();
  }

  private static SavedDeviceAsk ask(DeviceAsk ask) {
    return SavedDeviceAsk.newBuilder()
        .setCount(ask.count())
        .setMemoryMib(ask.memoryMib())
        .setComputePercent(ask.computePercent())
        .setExclusive(ask.exclusive())
        .setSameDevice(ask.sameDevice())
        .putAllSelector(ask.selector())
        .build();
  }

  private static SavedDedup dedup(Dedup dedup) {
    return SavedDedup.newBuilder()
        .setKey(dedup.key())
        .setScope(Names.SCOPE.saved(dedup.scope()))
        .setTtlNanos(dedup.ttlNanos())
        .setOnConflict(Names.CONFLICT.saved(dedup.onConflict()))
        .build();
  }

  private static io.sluice.proto.state.v1.SavedCharge charge(SavedCharge charge) {
    io.sluice.proto.state.v1.SavedCharge.Builder saved =
        io.sluice.proto.state.v1.SavedCharge.newBuilder()
            .setBucket(bucket(charge.bucket()))
            .setKind(Names.KIND.saved(charge.kind()))
            .setResource(charge.resource())
            .setPermits(charge.permits())
            .setRidden(charge.ridden())
            .setHeld(charge.held());
    charge.asks().forEach(ask -> saved.addAsks(ask(ask)));
    charge.borrowed().forEach(allotment -> saved.addBorrowed(allotment(allotment)));
    charge.holdings().forEach(holding -> saved.addHoldings(holding(holding)));
    if (charge.estimate() != Charge.CERTAIN) {
      saved.setEstimate(charge.estimate());
    }
    return saved.build();
  }

  private static SavedBucket bucket(BucketName bucket) {
    return SavedBucket.newBuilder()
        .setLimit(bucket.limit())
        .addAllKey(bucket.key())
        .setOthers(bucket.others())
        .build();
  }

  private static Holding holding(SavedHolding holding) {
    return Holding.newBuilder()
        .setUuid(holding.uuid())
        .setIndex(holding.index())
        .setMemoryMib(holding.memoryMib())
        .setComputePercent(holding.computePercent())
        .setSlots(holding.slots())
        .setExclusive(holding.exclusive())
        .setAskIndex(holding.askIndex())
        .build();
  }

  private static SavedAllotment allotment(Allotment allotment) {
    return SavedAllotment.newBuilder()
        .setResource(allotment.resource())
        .setUuid(allotment.deviceUuid())
        .setIndex(allotment.deviceIndex())
        .setMemoryMib(allotment.memoryMib())
        .setComputePercent(allotment.computePercent())
        .build();
  }

  private static Terms terms(LeaseTerms terms) {
    Terms.Builder saved =
        Terms.newBuilder()
            .setTtlNanos(terms.ttlNanos())
            .setMaxTtlNanos(terms.maxTtlNanos())
            .setLockDelayNanos(terms.lockDelayNanos());
    if (terms.maxHoldNanos() != Long.MAX_VALUE) {
      saved.setMaxHoldNanos(terms.maxHoldNanos());
    }
    if (terms.disconnectGraceNanos() != LeaseTerms.KEEP) {
      saved.setDisconnectGraceNanos(terms.disconnectGraceNanos());
    }
    return saved.build();
  }
}
