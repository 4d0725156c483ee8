package io.sluice.engine.store.memory;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.DormantLease;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.LeaseSource;
import io.sluice.engine.store.SavedLease;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Leases that are back after a restart and that nobody has asked for since: some 40 bytes each, and
 * where to read them. One wakes when somebody asks for it or for its request; all wake, a few at a
 * time, as soon as there is time, and at once before the first of them is due. Meanwhile their
 * buckets count what they hold.
 *
 * <p>Open addressing with linear probing, at most half full, by the ids and by the requests. Rows
 * of leases that woke stay until all have.
 */
final class DormantLeases {
  private static final int MIN_ROWS = 1 << 4;
  private static final int SPREAD = 0x9E3779B9; // 2^32 / golden ratio
  private static final long AWAKE = -1;

  private final LeaseSource source;
  private final Consumer<Lease> waking;

  /** What the leases hold, by the number of their kind. */
  private final List<Kind> kinds = new ArrayList<>();

  private long[] ids = new long[MIN_ROWS];
  private long[] positions = new long[MIN_ROWS];
  private int[] requests = new int[MIN_ROWS];
  private int[] kindOf = new int[MIN_ROWS];
  private int rows;
  private int dormant;
  private int nextToWake;
  private long shortestTtlNanos = Long.MAX_VALUE;

  /** Rows, counted from 1, by the hash of their id, or of their request; 0 = none. */
  private int[] byId = new int[2 * MIN_ROWS];

  private int[] byRequest = {};

  /** Rows that are found by their request: none until somebody asks, as a restart has no time. */
  private int requestsIndexed;

  /** What became of a lease that was told. */
  enum Put {
    /** It is dormant from now on. */
    ADDED,
    /** It was dormant, and is what was told last. */
    REPLACED,
    /** It has been awake, or is of another kind now: it is to be read. */
    REFUSED
  }

  /** Leases that are charged for the same. */
  static final class Kind {
    private final int number;
    private List<Charge> charges = List.of();
    private int dormant;

    private Kind(int number) {
      this.number = number;
    }

    List<Charge> charges() {
      return charges;
    }

    /** Returns how many of them are dormant. */
    int dormant() {
      return dormant;
    }

    /** Says what they are charged for; only while none is dormant. */
    void charges(List<Charge> newCharges) {
      charges = newCharges;
    }
  }

  /** Creates it, with none and for none. */
  DormantLeases() {
    this(LeaseSource.NONE, lease -> {});
  }

  /**
   * Creates it, with none.
   *
   * @param waking told each lease that wakes, which holds what it held
   */
  DormantLeases(LeaseSource source, Consumer<Lease> waking) {
    this.source = source;
    this.waking = waking;
  }

  Kind newKind() {
    Kind kind = new Kind(kinds.size());
    kinds.add(kind);
    return kind;
  }

  List<Kind> kinds() {
    return kinds;
  }

  /** Takes in a lease that is not awake. Whoever has one added has what it holds taken. */
  Put put(DormantLease lease, Kind kind) {
    if (rows == ids.length) {
      grow();
    }
    int cell = cell(lease.id());
    if (byId[cell] != 0) {
      return replace(byId[cell] - 1, lease, kind);
    }
    ids[rows] = lease.id().low();
    positions[rows] = lease.position();
    requests[rows] = lease.requestHash();
    kindOf[rows] = kind.number;
    rows++;
    byId[cell] = rows;
    dormant++;
    kind.dormant++;
    shortestTtlNanos = Math.min(shortestTtlNanos, lease.ttlNanos());
    return Put.ADDED;
  }

  private Put replace(int row, DormantLease lease, Kind kind) {
    if (positions[row] == AWAKE || kindOf[row] != kind.number) {
      return Put.REFUSED;
    }
    positions[row] = lease.position();
    shortestTtlNanos = Math.min(shortestTtlNanos, lease.ttlNanos());
    return Put.REPLACED;
  }

  int size() {
    return dormant;
  }

  /** Returns the shortest time to live of them; {@link Long#MAX_VALUE} = there are none. */
  long shortestTtlNanos() {
    return dormant == 0 ? Long.MAX_VALUE : shortestTtlNanos;
  }

  /** Wakes the lease of an id, if it is dormant. */
  void wake(LeaseId id) {
    if (dormant > 0 && byId[cell(id)] != 0) {
      wake(byId[cell(id)] - 1);
    }
  }

  /** Returns where the row of an id is, or would be. */
  private int cell(LeaseId id) {
    int mask = byId.length - 1;
    int cell = home(id.hashCode());
    while (byId[cell] != 0 && ids[byId[cell] - 1] != id.low()) {
      cell = (cell + 1) & mask;
    }
    return cell;
  }

  /** Wakes what may be the lease of an acquire's request. */
  void wake(Acquire acquire) {
    int hash = DormantLease.requestHash(acquire.clientId(), acquire.requestId());
    if (dormant == 0 || hash == DormantLease.NO_REQUEST) {
      return;
    }
    if (requestsIndexed < rows) {
      indexRequests();
    }
    int mask = byRequest.length - 1;
    for (int cell = home(hash); byRequest[cell] != 0; cell = (cell + 1) & mask) {
      if (requests[byRequest[cell] - 1] == hash) {
        wake(byRequest[cell] - 1);
      }
    }
  }

  /** Wakes some, in the order in which they came. */
  void wakeSome(int count) {
    for (int i = 0; i < count && nextToWake < rows; i++) {
      wake(nextToWake++);
    }
  }

  private void wake(int row) {
    long position = positions[row];
    if (position == AWAKE) {
      return;
    }
    Kind kind = kinds.get(kindOf[row]);
    positions[row] = AWAKE;
    dormant--;
    kind.dormant--;
    SavedLease saved = source.read(position);
    Claim claim = new Claim(saved.acquire(), kind.charges, saved.terms());
    Lease lease =
        new Lease(
            saved.id(), saved.fencingToken(), claim, saved.allotments(), saved.grantedAtNanos());
    lease.restore(saved, claim, kind.charges);
    waking.accept(lease);
  }

  private void grow() {
    ids = Arrays.copyOf(ids, 2 * rows);
    positions = Arrays.copyOf(positions, 2 * rows);
    requests = Arrays.copyOf(requests, 2 * rows);
    kindOf = Arrays.copyOf(kindOf, 2 * rows);
    byId = new int[4 * rows];
    for (int row = 1; row <= rows; row++) {
      byId[free(byId, (int) ids[row - 1])] = row; // as LeaseId.hashCode
    }
  }

  private void indexRequests() {
    byRequest = new int[byId.length];
    for (int row = 1; row <= rows; row++) {
      int hash = requests[row - 1];
      if (hash != DormantLease.NO_REQUEST) {
        byRequest[free(byRequest, hash)] = row;
      }
    }
    requestsIndexed = rows;
  }

  private int free(int[] cells, int hash) {
    int cell = home(hash);
    while (cells[cell] != 0) {
      cell = (cell + 1) & (cells.length - 1);
    }
    return cell;
  }

  private int home(int hash) {
    return (hash * SPREAD) >>> (Integer.numberOfLeadingZeros(byId.length) + 1);
  }
}
