package io.sluice.server.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.SavedCharge;
import io.sluice.engine.store.SavedLease;
import io.sluice.proto.state.v1.SavedAcquire;
import io.sluice.proto.state.v1.SavedAllotment;
import io.sluice.proto.state.v1.SavedDedup;
import io.sluice.proto.state.v1.SavedDemand;
import io.sluice.proto.state.v1.SavedOutcome;
import io.sluice.proto.state.v1.SavedState;
import io.sluice.proto.state.v1.Terms;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads leases, of which a restart may have a million to read. What many of them have in common
 * (demands, charges, terms, clients) is read once, and found again by its bytes.
 *
 * <p>The same as {@code SavedLease.parseFrom}, field by field.
 */
final class LeaseReader {
  private static final int MAX_KNOWN = 10_000;

  private final Known<List<Demand>> demands =
      new Known<>(bytes -> List.of(RecordReader.demand(SavedDemand.parseFrom(bytes))));
  private final Known<List<SavedCharge>> charges =
      new Known<>(
          bytes ->
              List.of(RecordReader.charge(io.sluice.proto.state.v1.SavedCharge.parseFrom(bytes))));
  private final Known<LeaseTerms> terms =
      new Known<>(bytes -> RecordReader.terms(Terms.parseFrom(bytes)));
  private final Known<String> clients = new Known<>(ByteString::toStringUtf8);

  /** The record that is read, and where the stream over it begins. */
  private byte[] record = {};

  private int start;

  /** Finds what was read before by its bytes; at once if it is the same as the last time. */
  private final class Known<T> {
    private final Map<ByteString, T> found = new HashMap<>();
    private final Reader<T> reader;
    private byte[] lastBytes = {};
    private @Nullable T last;

    /** Reads bytes. */
    interface Reader<T> {
      T read(ByteString bytes) throws IOException;
    }

    Known(Reader<T> reader) {
      this.reader = reader;
    }

    T read(CodedInputStream in) throws IOException {
      int length = in.readRawVarint32();
      if (last != null && isLast(in, length)) {
        in.skipRawBytes(length);
        return last;
      }
      byte[] raw = in.readRawBytes(length);
      ByteString bytes = UnsafeByteOperations.unsafeWrap(raw);
      T known = found.get(bytes);
      if (known == null) {
        known = reader.read(bytes);
        if (found.size() < MAX_KNOWN) {
          found.put(bytes, known);
        }
      }
      lastBytes = raw;
      last = known;
      return known;
    }

    private boolean isLast(CodedInputStream in, int length) {
      int from = start + in.getTotalBytesRead();
      return length <= in.getBytesUntilLimit()
          && Arrays.equals(record, from, from + length, lastBytes, 0, lastBytes.length);
    }
  }

  /**
   * Reads a lease of so many bytes.
   *
   * @param bytes what the stream reads, in an array, from its position
   */
  SavedLease read(ByteBuffer bytes, CodedInputStream in, int length) throws IOException {
    record = bytes.array();
    start = bytes.arrayOffset() + bytes.position();
    LeaseId id = null;
    long fence = 0;
    Acquire acquire = null;
    List<SavedCharge> charged = List.of();
    LeaseTerms lives = null;
    List<Allotment> allotments = List.of();
    long grantedAt = 0;
    long heldSince = Long.MIN_VALUE;
    long ttl = 0;
    long revokedBy = Long.MAX_VALUE;
    LeaseState state = null;
    LeaseState endState = null;
    Outcome outcome = null;
    long endedAt = 0;
    String message = "";
    int end = in.pushLimit(length);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case io.sluice.proto.state.v1.SavedLease.ID_FIELD_NUMBER -> id = id(in);
        case io.sluice.proto.state.v1.SavedLease.FENCING_TOKEN_FIELD_NUMBER ->
            fence = in.readInt64();
        case io.sluice.proto.state.v1.SavedLease.ACQUIRE_FIELD_NUMBER -> acquire = acquire(in);
        case io.sluice.proto.state.v1.SavedLease.CHARGES_FIELD_NUMBER ->
            charged = with(charged, charges.read(in));
        case io.sluice.proto.state.v1.SavedLease.TERMS_FIELD_NUMBER -> lives = terms.read(in);
        case io.sluice.proto.state.v1.SavedLease.ALLOTMENTS_FIELD_NUMBER ->
            allotments =
                with(
                    allotments,
                    RecordReader.allotments(List.of(SavedAllotment.parseFrom(in.readBytes()))));
        case io.sluice.proto.state.v1.SavedLease.GRANTED_AT_NANOS_FIELD_NUMBER ->
            grantedAt = in.readInt64();
        case io.sluice.proto.state.v1.SavedLease.HELD_SINCE_NANOS_FIELD_NUMBER ->
            heldSince = in.readInt64();
        case io.sluice.proto.state.v1.SavedLease.TTL_NANOS_FIELD_NUMBER -> ttl = in.readInt64();
        case io.sluice.proto.state.v1.SavedLease.REVOKED_BY_NANOS_FIELD_NUMBER ->
            revokedBy = in.readInt64();
        case io.sluice.proto.state.v1.SavedLease.STATE_FIELD_NUMBER -> state = state(in);
        case io.sluice.proto.state.v1.SavedLease.END_STATE_FIELD_NUMBER -> endState = state(in);
        case io.sluice.proto.state.v1.SavedLease.OUTCOME_FIELD_NUMBER ->
            outcome = Names.OUTCOME.restored(known(SavedOutcome.forNumber(in.readEnum())));
        case io.sluice.proto.state.v1.SavedLease.ENDED_AT_NANOS_FIELD_NUMBER ->
            endedAt = in.readInt64();
        case io.sluice.proto.state.v1.SavedLease.MESSAGE_FIELD_NUMBER -> message = in.readString();
        default -> skip(in, tag);
      }
    }
    in.popLimit(end);
    return new SavedLease(
        known(id),
        fence,
        known(acquire),
        charged,
        known(lives),
        allotments,
        grantedAt,
        heldSince == Long.MIN_VALUE ? grantedAt : heldSince,
        ttl,
        revokedBy,
        known(state),
        known(endState),
        outcome,
        endedAt,
        message);
  }

  private Acquire acquire(CodedInputStream in) throws IOException {
    Map<String, String> labels = Map.of();
    List<Demand> asked = List.of();
    String request = "";
    String client = "";
    long maxWait = 0;
    long ttl = 0;
    int priority = 0;
    boolean wantLease = false;
    Dedup dedup = null;
    LeaseId parent = null;
    long workDeadline = 0;
    long expectedHold = 0;
    int end = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case SavedAcquire.REQUEST_ID_FIELD_NUMBER -> request = in.readString();
        case SavedAcquire.DEMANDS_FIELD_NUMBER -> asked = with(asked, demands.read(in));
        case SavedAcquire.MAX_WAIT_NANOS_FIELD_NUMBER -> maxWait = in.readInt64();
        case SavedAcquire.TTL_NANOS_FIELD_NUMBER -> ttl = in.readInt64();
        case SavedAcquire.PRIORITY_FIELD_NUMBER -> priority = in.readInt32();
        case SavedAcquire.CLIENT_ID_FIELD_NUMBER -> client = clients.read(in);
        case SavedAcquire.LABELS_FIELD_NUMBER -> labels = withLabel(labels, in);
        case SavedAcquire.WANT_LEASE_FIELD_NUMBER -> wantLease = in.readBool();
        case SavedAcquire.DEDUP_FIELD_NUMBER ->
            dedup = RecordReader.dedup(SavedDedup.parseFrom(in.readBytes()));
        case SavedAcquire.PARENT_FIELD_NUMBER -> parent = id(in);
        case SavedAcquire.WORK_DEADLINE_NANOS_FIELD_NUMBER -> workDeadline = in.readInt64();
        case SavedAcquire.EXPECTED_HOLD_NANOS_FIELD_NUMBER -> expectedHold = in.readInt64();
        default -> skip(in, tag);
      }
    }
    in.popLimit(end);
    return new Acquire(
        request,
        asked,
        maxWait,
        ttl,
        priority,
        client,
        labels,
        wantLease,
        dedup,
        parent,
        workDeadline,
        expectedHold);
  }

  private static LeaseId id(CodedInputStream in) throws IOException {
    long high = 0;
    long low = 0;
    int end = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case io.sluice.proto.state.v1.LeaseKey.HIGH_FIELD_NUMBER -> high = in.readFixed64();
        case io.sluice.proto.state.v1.LeaseKey.LOW_FIELD_NUMBER -> low = in.readFixed64();
        default -> skip(in, tag);
      }
    }
    in.popLimit(end);
    return new LeaseId(high, low);
  }

  private static LeaseState state(CodedInputStream in) throws IOException {
    return Names.STATE.restored(known(SavedState.forNumber(in.readEnum())));
  }

  /** Reads an entry of a map: a message of a key and a value. */
  private static Map<String, String> withLabel(Map<String, String> labels, CodedInputStream in)
      throws IOException {
    String name = "";
    String value = "";
    int end = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> name = in.readString();
        case 2 -> value = in.readString();
        default -> skip(in, tag);
      }
    }
    in.popLimit(end);
    Map<String, String> more = new HashMap<>(labels);
    more.put(name, value);
    return more;
  }

  private static void skip(CodedInputStream in, int tag) throws IOException {
    boolean unused = in.skipField(tag);
  }

  private static <T> List<T> with(List<T> some, List<T> more) {
    if (some.isEmpty()) {
      return more;
    }
    List<T> all = new ArrayList<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  private static <T> T known(@Nullable T value) throws IOException {
    if (value == null) {
      throw new IOException("a record of the journal lacks a field, or has a value not known");
    }
    return value;
  }
}
