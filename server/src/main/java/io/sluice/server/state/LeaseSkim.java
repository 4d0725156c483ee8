package io.sluice.server.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.DormantLease;
import io.sluice.engine.store.LeaseKind;
import io.sluice.engine.store.SavedLease;
import io.sluice.proto.state.v1.SavedState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks through the records of leases for those that need not be read before somebody asks for
 * them, of which a restart may have a million. Whatever is not as it is in most leases is left to
 * be read, and is right or wrong by that.
 */
final class LeaseSkim {
  private static final int MAX_KINDS = 10_000;

  /** Most demands and charges, and the terms. */
  private static final int MAX_SHARED = 2 * Bounds.MAX_DEMANDS + 1;

  // Tags of the fields that most leases have: number << 3 | wire type.
  private static final int ID = 1 << 3 | 2;
  private static final int HIGH = 1 << 3 | 1;
  private static final int LOW = 2 << 3 | 1;
  private static final int ID_BYTES = 2 * (1 + Long.BYTES);
  private static final int FENCING_TOKEN = 2 << 3;
  private static final int ACQUIRE = 3 << 3 | 2;
  private static final int CHARGES = 4 << 3 | 2;
  private static final int TERMS = 5 << 3 | 2;
  private static final int GRANTED_AT = 7 << 3;
  private static final int HELD_SINCE = 8 << 3;
  private static final int TTL = 9 << 3;
  private static final int STATE = 11 << 3;
  private static final int END_STATE = 12 << 3;

  private static final int REQUEST_ID = 1 << 3 | 2;
  private static final int DEMANDS = 2 << 3 | 2;
  private static final int MAX_WAIT = 3 << 3;
  private static final int ASKED_TTL = 4 << 3;
  private static final int PRIORITY = 5 << 3;
  private static final int CLIENT_ID = 6 << 3 | 2;
  private static final int LABELS = 7 << 3 | 2;
  private static final int LABEL_NAME = 1 << 3 | 2;
  private static final int LABEL_VALUE = 2 << 3 | 2;
  private static final int WANT_LEASE = 8 << 3;
  private static final int WORK_DEADLINE = 11 << 3;

  private final PackedLeases packed;
  private final LeaseReader reader = new LeaseReader();

  /** Kinds by the bytes of their demands, charges and terms. */
  private final Map<ByteString, LeaseKind> kinds = new HashMap<>();

  private byte[] lastKey = {};
  private @Nullable LeaseKind lastKind;

  private byte[] bytes = {};
  private int at;

  /**
   * Where what is looked at ends; before {@link #at} = something is not as it is in most leases.
   */
  private int end;

  private boolean identified;
  private long high;
  private long low;
  private long fence;
  private long ttl;
  private boolean granted;
  private boolean notEnded;
  private int labels;
  private int clientHash;
  private int requestHash;
  private boolean hasRequest;

  /** Where the demands, charges and terms are. */
  private final int[] sharedFrom = new int[MAX_SHARED];

  private final int[] sharedTo = new int[MAX_SHARED];
  private int shared;

  /** Creates it for leases that it adds to others. */
  LeaseSkim(PackedLeases packed) {
    this.packed = packed;
  }

  /**
   * Looks through a lease, which begins with its length, and what follows it.
   *
   * @return what is to be known of it now; null if it has to be read
   * @throws IOException if it is the first of its kind, and cannot be read
   */
  @Nullable DormantLease skim(byte[] array, int start, int bytesAndLength) throws IOException {
    begin(array, start, bytesAndLength);
    int length = length();
    int from = at;
    require(from + length == end);
    while (at < end) {
      field();
    }
    if (at != end || !identified || !granted || !notEnded) {
      return null;
    }
    LeaseKind kind = kind(from, length);
    if (kind == null) {
      return null;
    }
    int request =
        hasRequest ? DormantLease.requestHash(clientHash, requestHash) : DormantLease.NO_REQUEST;
    return new DormantLease(
        new LeaseId(high, low), fence, request, ttl, kind, packed.add(array, start));
  }

  private void begin(byte[] array, int from, int length) {
    bytes = array;
    at = from;
    end = from + length;
    identified = false;
    fence = 0;
    ttl = 0;
    granted = false;
    notEnded = false;
    labels = 0;
    clientHash = 0;
    requestHash = 0;
    hasRequest = false;
    shared = 0;
  }

  private void field() {
    int from = at;
    switch (bytes[at++]) {
      case ID -> id();
      case FENCING_TOKEN -> fence = number();
      case ACQUIRE -> {
        int until = end;
        int length = length();
        end = Math.min(end, at + length);
        while (at < end) {
          acquireField();
        }
        end = at == end ? until : give();
      }
      case CHARGES, TERMS -> share(from);
      case GRANTED_AT, HELD_SINCE -> number();
      case TTL -> ttl = number();
      case STATE -> granted = isGranted();
      case END_STATE -> notEnded = isGranted();
      default -> give();
    }
  }

  private void acquireField() {
    int from = at;
    switch (bytes[at++]) {
      case REQUEST_ID -> {
        requestHash = hash(Bounds.MAX_ID_BYTES);
        hasRequest = true;
      }
      case DEMANDS -> share(from);
      case MAX_WAIT, WORK_DEADLINE -> require(isWithin(0, number(), Bounds.MAX_TTL_NANOS));
      case ASKED_TTL -> require(isWithin(Bounds.MIN_TTL_NANOS, number(), Bounds.MAX_TTL_NANOS));
      case PRIORITY -> require(isWithin(0, number(), Bounds.MAX_PRIORITY));
      case CLIENT_ID -> clientHash = hash(Bounds.MAX_ID_BYTES);
      case LABELS -> label();
      case WANT_LEASE -> number();
      default -> give();
    }
  }

  private boolean isGranted() {
    require(number() == SavedState.SAVED_STATE_GRANTED_VALUE);
    return true;
  }

  private void id() {
    boolean whole = length() == ID_BYTES && bytes[at] == HIGH && bytes[at + 1 + Long.BYTES] == LOW;
    if (!whole) {
      give();
      return;
    }
    identified = true;
    high = fixed(at + 1);
    low = fixed(at + 2 + Long.BYTES);
    at += ID_BYTES;
  }

  private void label() {
    int length = length();
    int entry = at + length;
    require(++labels <= Bounds.MAX_LABELS);
    require(at < entry && bytes[at++] == LABEL_NAME && hash(Bounds.MAX_NAME_BYTES) != 0);
    if (at < entry && bytes[at++] == LABEL_VALUE) {
      hash(Bounds.MAX_VALUE_BYTES);
    }
    require(at == entry);
  }

  /** Notes a field that others have, too. */
  private void share(int from) {
    int length = length();
    if (shared == MAX_SHARED) {
      give();
      return;
    }
    at += length;
    sharedFrom[shared] = from;
    sharedTo[shared++] = at;
  }

  /** Returns the kind of the lease; null if there are too many kinds. */
  private @Nullable LeaseKind kind(int from, int length) throws IOException {
    if (lastKind != null && isLast()) {
      return lastKind;
    }
    byte[] key = key();
    ByteString known = ByteString.copyFrom(key);
    LeaseKind kind = kinds.get(known);
    if (kind == null && kinds.size() < MAX_KINDS) {
      ByteBuffer record = ByteBuffer.wrap(bytes, from, length);
      SavedLease lease = reader.read(record, CodedInputStream.newInstance(record), length);
      kind = new LeaseKind(lease.acquire().demands(), lease.charges(), lease.terms());
      kinds.put(known, kind);
    }
    lastKey = key;
    lastKind = kind;
    return kind;
  }

  private boolean isLast() {
    int compared = 0;
    for (int i = 0; i < shared; i++) {
      int next = compared + sharedTo[i] - sharedFrom[i];
      if (next > lastKey.length
          || !Arrays.equals(bytes, sharedFrom[i], sharedTo[i], lastKey, compared, next)) {
        return false;
      }
      compared = next;
    }
    return compared == lastKey.length;
  }

  private byte[] key() {
    int length = 0;
    for (int i = 0; i < shared; i++) {
      length += sharedTo[i] - sharedFrom[i];
    }
    byte[] key = new byte[length];
    int copied = 0;
    for (int i = 0; i < shared; i++) {
      System.arraycopy(bytes, sharedFrom[i], key, copied, sharedTo[i] - sharedFrom[i]);
      copied += sharedTo[i] - sharedFrom[i];
    }
    return key;
  }

  /** Returns how long the field is that begins here; it ends before what is looked at does. */
  private int length() {
    long length = number();
    if (!isWithin(0, length, end - at)) {
      return give();
    }
    return (int) length;
  }

  private long number() {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at >= end) {
        return give();
      }
      byte next = bytes[at++];
      number |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return number;
      }
    }
    return give();
  }

  private long fixed(int from) {
    long number = 0;
    for (int i = Long.BYTES - 1; i >= 0; i--) {
      number = number << Byte.SIZE | (bytes[from + i] & 0xFF);
    }
    return number;
  }

  /** Returns the hash of the printable text that begins here, as {@link String#hashCode} has it. */
  private int hash(int maxBytes) {
    int length = length();
    require(length <= maxBytes);
    int hash = 0;
    for (int to = Math.min(end, at + length); at < to; at++) {
      byte next = bytes[at];
      require(next >= ' ' && next < 0x7F);
      hash = 31 * hash + next;
    }
    return hash;
  }

  private void require(boolean isUsual) {
    if (!isUsual) {
      give();
    }
  }

  /** Gives it up: it has to be read. */
  private int give() {
    end = -1;
    return 0;
  }

  private static boolean isWithin(long min, long value, long max) {
    return value >= min && value <= max;
  }
}
