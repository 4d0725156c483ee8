package io.sluice.server.state;

import com.google.protobuf.InvalidProtocolBufferException;
import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.BucketName;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.SavedCharge;
import io.sluice.engine.store.SavedLease;
import io.sluice.engine.store.memory.Restoration;
import io.sluice.proto.state.v1.EndedLease;
import io.sluice.proto.state.v1.Holding;
import io.sluice.proto.state.v1.LeaseKey;
import io.sluice.proto.state.v1.Level;
import io.sluice.proto.state.v1.Record;
import io.sluice.proto.state.v1.SavedAcquire;
import io.sluice.proto.state.v1.SavedAllotment;
import io.sluice.proto.state.v1.SavedBucket;
import io.sluice.proto.state.v1.SavedDedup;
import io.sluice.proto.state.v1.SavedDemand;
import io.sluice.proto.state.v1.SavedDeviceAsk;
import io.sluice.proto.state.v1.Terms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads records, in the order in which they were written. */
final class RecordReader {
  private long latestNanos;
  private long latestWallMillis;

  /** What a record tells a store that is brought back. */
  @FunctionalInterface
  interface Change {
    void tell(Restoration restoration);
  }

  /** Returns the time of the engine in the latest record; 0 = there was none. */
  long latestNanos() {
    return latestNanos;
  }

  /** Returns the latest time of day that a record tells, in milliseconds since 1970; 0 = none. */
  long latestWallMillis() {
    return latestWallMillis;
  }

  /**
   * Reads one record.
   *
   * @throws IOException if it is not one that this version understands
   */
  Change read(ByteBuffer bytes) throws IOException {
    Record record;
    try {
      record = Record.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("a record of the journal cannot be read", e);
    }
    latestNanos = Math.max(latestNanos, record.getAtNanos());
    try {
      return change(record, latestNanos);
    } catch (InvalidArgumentException e) {
      throw new IOException("a record of the journal is out of bounds: " + e.getMessage(), e);
    }
  }

  private Change change(Record record, long at) throws IOException {
    switch (record.getChangeCase()) {
      case LEASE -> {
        SavedLease lease = lease(record.getLease());
        return restoration -> restoration.lease(lease, at);
      }
      case ENDED -> {
        return ended(record.getEnded(), at);
      }
      case UNDONE -> {
        LeaseId id = id(record.getUndone());
        return restoration -> restoration.undone(id, at);
      }
      case OUTCOME -> {
        LeaseId id = id(record.getOutcome().getId());
        Outcome outcome = Names.OUTCOME.restored(record.getOutcome().getOutcome());
        return restoration -> restoration.outcome(id, outcome);
      }
      case GRANTED -> {
        Acquire acquire = acquire(record.getGranted().getAcquire());
        long grantedAt = record.getGranted().getAtNanos();
        return restoration -> restoration.granted(acquire, grantedAt);
      }
      case FORGOTTEN -> {
        Acquire acquire = acquire(record.getForgotten());
        return restoration -> restoration.forgotten(acquire);
      }
      case LEVEL -> {
        return level(record.getLevel(), at);
      }
      case NEXT_FENCE -> {
        long fence = record.getNextFence();
        return restoration -> restoration.fenceFrom(fence);
      }
      case WALL_MILLIS -> {
        latestWallMillis = Math.max(latestWallMillis, record.getWallMillis());
        return restoration -> {};
      }
      case CHANGE_NOT_SET ->
          throw new IOException("a record of the journal is of a kind that is not known");
    }
    throw new IllegalStateException(record.getChangeCase().name());
  }

  private static Change ended(EndedLease ended, long at) throws IOException {
    LeaseId id = id(ended.getId());
    LeaseState state = Names.STATE.restored(ended.getState());
    Outcome outcome = ended.hasOutcome() ? Names.OUTCOME.restored(ended.getOutcome()) : null;
    String message = ended.getMessage();
    return restoration -> restoration.ended(id, state, outcome, message, at);
  }

  private static Change level(Level level, long at) {
    BucketName bucket = bucket(level.getBucket());
    long[] numbers = new long[level.getNumbersCount()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = level.getNumbers(i);
    }
    return restoration -> restoration.level(bucket, numbers, at);
  }

  private static LeaseId id(LeaseKey key) {
    return new LeaseId(key.getHigh(), key.getLow());
  }

  private static SavedLease lease(io.sluice.proto.state.v1.SavedLease saved) throws IOException {
    List<SavedCharge> charges = new ArrayList<>(saved.getChargesCount());
    for (io.sluice.proto.state.v1.SavedCharge charge : saved.getChargesList()) {
      charges.add(charge(charge));
    }
    return new SavedLease(
        id(saved.getId()),
        saved.getFencingToken(),
        acquire(saved.getAcquire()),
        charges,
        terms(saved.getTerms()),
        allotments(saved.getAllotmentsList()),
        saved.getGrantedAtNanos(),
        saved.hasHeldSinceNanos() ? saved.getHeldSinceNanos() : saved.getGrantedAtNanos(),
        saved.getTtlNanos(),
        saved.hasRevokedByNanos() ? saved.getRevokedByNanos() : Long.MAX_VALUE,
        Names.STATE.restored(saved.getState()),
        Names.STATE.restored(saved.getEndState()),
        saved.hasOutcome() ? Names.OUTCOME.restored(saved.getOutcome()) : null,
        saved.getEndedAtNanos(),
        saved.getMessage());
  }

  private static Acquire acquire(SavedAcquire saved) throws IOException {
    List<Demand> demands = new ArrayList<>(saved.getDemandsCount());
    saved.getDemandsList().forEach(demand -> demands.add(demand(demand)));
    return Acquire.builder(demands)
        .requestId(saved.getRequestId())
        .maxWaitNanos(saved.getMaxWaitNanos())
        .ttlNanos(saved.getTtlNanos())
        .priority(saved.getPriority())
        .clientId(saved.getClientId())
        .labels(saved.getLabelsMap())
        .wantLease(saved.getWantLease())
        .dedup(saved.hasDedup() ? dedup(saved.getDedup()) : null)
        .parent(saved.hasParent() ? id(saved.getParent()) : null)
        .workDeadlineNanos(saved.getWorkDeadlineNanos())
        .expectedHoldNanos(saved.getExpectedHoldNanos())
        .build();
  }

  private static Demand demand(SavedDemand saved) {
    return new Demand(
        saved.getResource(),
        saved.getAttributesMap(),
        saved.getPermits(),
        saved.getEstimate(),
        saved.hasDevices() ? ask(saved.getDevices()) : null);
  }

  private static DeviceAsk ask(SavedDeviceAsk saved) {
    return new DeviceAsk(
        saved.getCount(),
        saved.getMemoryMib(),
        saved.getComputePercent(),
        saved.getExclusive(),
        saved.getSameDevice(),
        saved.getSelectorMap());
  }

  private static Dedup dedup(SavedDedup saved) throws IOException {
    return new Dedup(
        saved.getKey(),
        Names.SCOPE.restored(saved.getScope()),
        saved.getTtlNanos(),
        Names.CONFLICT.restored(saved.getOnConflict()));
  }

  private static SavedCharge charge(io.sluice.proto.state.v1.SavedCharge saved) throws IOException {
    return new SavedCharge(
        bucket(saved.getBucket()),
        Names.KIND.restored(saved.getKind()),
        saved.getResource(),
        saved.getPermits(),
        all(saved.getAsksList(), RecordReader::ask),
        saved.hasEstimate() ? saved.getEstimate() : Charge.CERTAIN,
        saved.getRidden(),
        allotments(saved.getBorrowedList()),
        saved.getHeld(),
        all(saved.getHoldingsList(), RecordReader::holding));
  }

  private static BucketName bucket(SavedBucket saved) {
    return new BucketName(saved.getLimit(), List.copyOf(saved.getKeyList()), saved.getOthers());
  }

  private static SavedHolding holding(Holding saved) {
    return new SavedHolding(
        saved.getUuid(),
        saved.getIndex(),
        saved.getMemoryMib(),
        saved.getComputePercent(),
        saved.getSlots(),
        saved.getExclusive(),
        saved.getAskIndex());
  }

  private static List<Allotment> allotments(List<SavedAllotment> saved) {
    return all(
        saved,
        each ->
            new Allotment(
                each.getResource(),
                each.getUuid(),
                each.getIndex(),
                each.getMemoryMib(),
                each.getComputePercent()));
  }

  /** Most leases have none of what comes in lists. */
  private static <P, E> List<E> all(List<P> saved, Function<P, E> reader) {
    return saved.isEmpty() ? List.of() : saved.stream().map(reader).toList();
  }

  private static LeaseTerms terms(Terms saved) {
    return new LeaseTerms(
        saved.getTtlNanos(),
        saved.getMaxTtlNanos(),
        saved.hasMaxHoldNanos() ? saved.getMaxHoldNanos() : Long.MAX_VALUE,
        saved.getLockDelayNanos(),
        saved.hasDisconnectGraceNanos() ? saved.getDisconnectGraceNanos() : LeaseTerms.KEEP);
  }
}
