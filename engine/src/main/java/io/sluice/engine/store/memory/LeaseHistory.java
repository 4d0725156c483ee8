package io.sluice.engine.store.memory;

import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The leases that ended within {@code keepNanos}, at most {@code maxSize} of them, oldest first.
 *
 * <p>A ring of columns rather than a queue of objects: a hundred thousand ended leases would be a
 * million objects that every garbage collection finds alive, copies, and soon after finds dead.
 * Whoever asks for an ended lease gets a copy made for the occasion.
 */
final class LeaseHistory {
  private static final int FIRST_CAPACITY = 64;
  private static final byte NOT_TOLD = -1;
  private static final LeaseState[] STATES = LeaseState.values();
  private static final Outcome[] OUTCOMES = Outcome.values();

  private final long keepNanos;
  private final int maxSize;
  private final Consumer<Claim> forgotten;
  private SlotIndex byId = new SlotIndex(FIRST_CAPACITY);

  // Columns; the length of all is one power of two. Few of them hold references, and most of those
  // null: each one written into an old array is work for the collector.
  private long[] idHigh = new long[FIRST_CAPACITY];
  private long[] idLow = new long[FIRST_CAPACITY];
  private long[] fencingToken = new long[FIRST_CAPACITY];
  private long[] grantedAtNanos = new long[FIRST_CAPACITY];
  private long[] endedAtNanos = new long[FIRST_CAPACITY];
  private @Nullable Claim[] claim = new @Nullable Claim[FIRST_CAPACITY];
  private @Nullable Object[] allotments = new @Nullable Object[FIRST_CAPACITY];
  private @Nullable String[] message = new @Nullable String[FIRST_CAPACITY];
  private byte[] state = new byte[FIRST_CAPACITY];
  private byte[] outcome = new byte[FIRST_CAPACITY];
  private int oldest;
  private int size;

  /** How many were dropped ever, so that each lease keeps its number. */
  private long dropped;

  /**
   * Creates an empty history.
   *
   * @param forgotten told the claim of each lease that is dropped
   */
  LeaseHistory(long keepNanos, int maxSize, Consumer<Claim> forgotten) {
    this.keepNanos = keepNanos;
    this.maxSize = maxSize;
    this.forgotten = forgotten;
  }

  /** Notes a lease that has just ended. */
  @SuppressWarnings("EnumOrdinal") // lives no longer than the enum
  void add(Lease lease) {
    if (maxSize == 0) {
      forgotten.accept(lease.claim());
      return;
    }
    if (size == maxSize) {
      dropOldest();
    }
    if (size == idLow.length) {
      grow();
    }
    int slot = (oldest + size) & (idLow.length - 1);
    idHigh[slot] = lease.id().high();
    idLow[slot] = lease.id().low();
    fencingToken[slot] = lease.fencingToken();
    grantedAtNanos[slot] = lease.grantedAtNanos();
    endedAtNanos[slot] = lease.endedAtNanos();
    claim[slot] = lease.claim();
    allotments[slot] = lease.allotments().isEmpty() ? null : lease.allotments();
    message[slot] = lease.message().isEmpty() ? null : lease.message();
    state[slot] = (byte) lease.state().ordinal();
    outcome[slot] = code(lease.outcome());
    byId.add(lease.id().hashCode(), slot);
    size++;
  }

  /** Returns a copy of an ended lease; null if it is not known. */
  @Nullable Lease find(LeaseId id) {
    int slot = slot(id);
    return slot < 0 ? null : lease(id, slot);
  }

  /** Notes how the work of an ended lease ended, for one that is known. */
  void tellOutcome(LeaseId id, Outcome told) {
    int slot = slot(id);
    if (slot >= 0) {
      outcome[slot] = code(told);
    }
  }

  /** Drops what has been kept long enough. */
  void trim(long nowNanos) {
    while (size > 0 && nowNanos - endedAtNanos[oldest] > keepNanos) {
      dropOldest();
    }
  }

  int size() {
    return size;
  }

  /**
   * Visits copies of some leases, the oldest first.
   *
   * @param from where to go on; 0 = at the oldest
   * @return where to go on next; -1 = nowhere
   */
  long visit(long from, int count, Consumer<Lease> visitor) {
    long first = Math.max(from, dropped);
    long end = Math.min(dropped + size, first + count);
    for (long number = first; number < end; number++) {
      int slot = (int) (oldest + number - dropped) & (idLow.length - 1);
      visitor.accept(lease(new LeaseId(idHigh[slot], idLow[slot]), slot));
    }
    return end == dropped + size ? -1 : end;
  }

  private int slot(LeaseId id) {
    int hash = id.hashCode();
    for (int slot = byId.first(hash); slot >= 0; slot = byId.next(slot)) {
      if (idLow[slot] == id.low() && idHigh[slot] == id.high()) {
        return slot;
      }
    }
    return -1;
  }

  @SuppressWarnings("unchecked") // nothing else is put into that column
  private Lease lease(LeaseId id, int slot) {
    Object devices = allotments[slot];
    String text = message[slot];
    Lease lease =
        new Lease(
            id,
            fencingToken[slot],
            Objects.requireNonNull(claim[slot]),
            devices == null ? List.of() : (List<Allotment>) devices,
            grantedAtNanos[slot]);
    lease.end(STATES[state[slot]], text == null ? "" : text, endedAtNanos[slot]);
    if (outcome[slot] != NOT_TOLD) {
      lease.tellOutcome(OUTCOMES[outcome[slot]]);
    }
    return lease;
  }

  @SuppressWarnings("EnumOrdinal") // lives no longer than the enum
  private static byte code(@Nullable Outcome outcome) {
    return outcome == null ? NOT_TOLD : (byte) outcome.ordinal();
  }

  private void dropOldest() {
    int slot = oldest;
    Claim forgettable = Objects.requireNonNull(claim[slot]);
    byId.remove(new LeaseId(idHigh[slot], idLow[slot]).hashCode(), slot);
    claim[slot] = null;
    allotments[slot] = null;
    message[slot] = null;
    oldest = (slot + 1) & (idLow.length - 1);
    dropped++;
    size--;
    forgotten.accept(forgettable);
  }

  private void grow() {
    idHigh = unrolled(idHigh);
    idLow = unrolled(idLow);
    fencingToken = unrolled(fencingToken);
    grantedAtNanos = unrolled(grantedAtNanos);
    endedAtNanos = unrolled(endedAtNanos);
    claim = unrolled(claim);
    allotments = unrolled(allotments);
    message = unrolled(message);
    state = unrolled(state);
    outcome = unrolled(outcome);
    oldest = 0;
    byId = new SlotIndex(idLow.length);
    for (int slot = 0; slot < size; slot++) {
      byId.add(new LeaseId(idHigh[slot], idLow[slot]).hashCode(), slot);
    }
  }

  private long[] unrolled(long[] column) {
    long[] larger = Arrays.copyOfRange(column, oldest, oldest + column.length * 2);
    System.arraycopy(column, 0, larger, column.length - oldest, oldest);
    return larger;
  }

  private byte[] unrolled(byte[] column) {
    byte[] larger = Arrays.copyOfRange(column, oldest, oldest + column.length * 2);
    System.arraycopy(column, 0, larger, column.length - oldest, oldest);
    return larger;
  }

  private <T> @Nullable T[] unrolled(@Nullable T[] column) {
    @Nullable T[] larger = Arrays.copyOfRange(column, oldest, oldest + column.length * 2);
    System.arraycopy(column, 0, larger, column.length - oldest, oldest);
    return larger;
  }
}
