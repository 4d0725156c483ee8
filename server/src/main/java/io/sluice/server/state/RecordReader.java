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

/** Tells records to a store that is brought back. */
final class RecordReader {
  private final Restoration restoration;
  private long latestNanos;
  private long latestWallMillis;

  RecordReader(Restoration restoration) {
    this.restoration = restoration;
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
   * Tells one record.
   *
   * @throws IOException if it is not one that this version understands
   */
  void read(ByteBuffer bytes) throws IOException {
    Record record;
    try {
      record = Record.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("a record of the journal cannot be read", e);
    }
    latestNanos = Math.max(latestNanos, record.getAtNanos());
    try {
      tell(record);
    } catch (InvalidArgumentException e) {
      throw new IOException("a record of the journal is out of bounds: " + e.getMessage(), e);
    }
  }

  private void tell(Record record) throws IOException {
    long at = latestNanos;
    switch (record.getChangeCase()) {
      case LEASE -> restoration.lease(lease(record.getLease()), at);
      case ENDED -> {
        EndedLease ended = record.getEnded();
        restoration.ended(
            id(ended.getId()),
            Names.STATE.restored(ended.getState()),
            ended.hasOutcome() ? Names.OUTCOME.restored(ended.getOutcome()) : null,
            ended.getMessage(),
            at);
      }
      case UNDONE -> restoration.undone(id(record.getUndone()), at);
      case OUTCOME ->
          restoration.outcome(
              id(record.getOutcome().getId()),
              Names.OUTCOME.restored(record.getOutcome().getOutcome()));
      case GRANTED ->
          restoration.granted(
              acquire(record.getGranted().getAcquire()), record.getGranted().getAtNanos());
      case FORGOTTEN -> restoration.forgotten(acquire(record.getForgotten()));
      case LEVEL -> {
        Level level = record.getLevel();
        long[] numbers = new long[level.getNumbersCount()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = level.getNumbers(i);
        }
        restoration.level(bucket(level.getBucket()), numbers, at);
      }
      case NEXT_FENCE -> restoration.fenceFrom(record.getNextFence());
      case WALL_MILLIS -> latestWallMillis = Math.max(latestWallMillis, record.getWallMillis());
      case CHANGE_NOT_SET ->
          throw new IOException("a record of the journal is of a kind that is not known");
    }
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
        saved.getAsksList().stream().map(RecordReader::ask).toList(),
        saved.hasEstimate() ? saved.getEstimate() : Charge.CERTAIN,
        saved.getRidden(),
        allotments(saved.getBorrowedList()),
        saved.getHeld(),
        saved.getHoldingsList().stream().map(RecordReader::holding).toList());
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
    return saved.stream()
        .map(
            each ->
                new Allotment(
                    each.getResource(),
                    each.getUuid(),
                    each.getIndex(),
                    each.getMemoryMib(),
                    each.getComputePercent()))
        .toList();
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
