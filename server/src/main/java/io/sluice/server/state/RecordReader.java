package io.sluice.server.state;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.sluice.engine.device.SavedHolding;
import io.sluice.engine.learning.SavedLearning;
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
import io.sluice.engine.store.DormantLease;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads records, in the order in which they were written. */
final class RecordReader {
  private static final byte TIME_TAG =
      (byte) (Record.AT_NANOS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_FIXED64);
  private static final byte LEASE_TAG =
      (byte) (Record.LEASE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED);
  private static final int LEASE_TAG_AT = 1 + Long.BYTES;

  private final LeaseReader leases = new LeaseReader();
  private final LeaseSkim skim;

  /** What buckets have learned, the last word of each, by limit and key. */
  private final Map<List<Object>, SavedLearning> learned = new LinkedHashMap<>();

  private long latestNanos;
  private long latestWallMillis;

  /**
   * Creates it.
   *
   * @param packed gets the leases that need not be read now
   */
  RecordReader(PackedLeases packed) {
    skim = new LeaseSkim(packed);
  }

  /** What a record tells a store that is brought back. */
  @FunctionalInterface
  interface Change {
    void tell(Restoration restoration);
  }

  /** Returns what buckets have learned. */
  List<SavedLearning> learned() {
    return List.copyOf(learned.values());
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
    try {
      if (isLease(bytes)) {
        return lease(bytes);
      }
      Record record = Record.parseFrom(bytes);
      latestNanos = Math.max(latestNanos, record.getAtNanos());
      return change(record, latestNanos);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("a record of the journal cannot be read", e);
    } catch (InvalidArgumentException e) {
      throw new IOException("a record of the journal is out of bounds: " + e.getMessage(), e);
    }
  }

  /** Returns whether a record is of a lease, and written as most are: time, then lease. */
  private static boolean isLease(ByteBuffer bytes) {
    return bytes.remaining() > LEASE_TAG_AT
        && bytes.get(bytes.position()) == TIME_TAG
        && bytes.get(bytes.position() + LEASE_TAG_AT) == LEASE_TAG;
  }

  private Change lease(ByteBuffer bytes) throws IOException {
    latestNanos = Math.max(latestNanos, Long.reverseBytes(bytes.getLong(bytes.position() + 1)));
    long at = latestNanos;
    int from = bytes.position() + LEASE_TAG_AT + 1;
    ByteBuffer rest = bytes.duplicate().position(from);
    DormantLease dormant = skim.skim(rest.array(), rest.arrayOffset() + from, rest.remaining());
    if (dormant != null) {
      return restoration -> restoration.dormant(dormant, at);
    }
    CodedInputStream in = CodedInputStream.newInstance(rest);
    SavedLease saved = leases.read(rest, in, in.readRawVarint32());
    if (!in.isAtEnd()) {
      throw new IOException("a record of the journal says more than it can");
    }
    return restoration -> restoration.lease(saved, at);
  }

  private Change change(Record record, long at) throws IOException {
    switch (record.getChangeCase()) {
      case LEASE -> {
        ByteBuffer lease = ByteBuffer.wrap(record.getLease().toByteArray());
        SavedLease saved =
            leases.read(lease, CodedInputStream.newInstance(lease), lease.remaining());
        return restoration -> restoration.lease(saved, at);
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
      case LEARNED -> {
        SavedLearning saved = LearnedRecords.read(record.getLearned(), at);
        learned.put(List.of(saved.limit(), saved.key()), saved);
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

  static Demand demand(SavedDemand saved) {
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

  static Dedup dedup(SavedDedup saved) throws IOException {
    return new Dedup(
        saved.getKey(),
        Names.SCOPE.restored(saved.getScope()),
        saved.getTtlNanos(),
        Names.CONFLICT.restored(saved.getOnConflict()));
  }

  static SavedCharge charge(io.sluice.proto.state.v1.SavedCharge saved) throws IOException {
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

  static List<Allotment> allotments(List<SavedAllotment> saved) {
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

  static LeaseTerms terms(Terms saved) {
    return new LeaseTerms(
        saved.getTtlNanos(),
        saved.getMaxTtlNanos(),
        saved.hasMaxHoldNanos() ? saved.getMaxHoldNanos() : Long.MAX_VALUE,
        saved.getLockDelayNanos(),
        saved.hasDisconnectGraceNanos() ? saved.getDisconnectGraceNanos() : LeaseTerms.KEEP);
  }
}
