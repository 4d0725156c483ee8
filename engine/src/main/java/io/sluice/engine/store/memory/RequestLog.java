package io.sluice.engine.store.memory;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.RequestKey;
import io.sluice.engine.store.Verdict;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which request ids were granted what. Those with a lease stay as long as the lease is known; those
 * without stay for {@code keepNanos}, at most {@code maxLeaseless} of them.
 */
final class RequestLog {
  private final long keepNanos;
  private final int maxLeaseless;
  private final KeyedTable<RequestKey, Entry> entries =
      new KeyedTable<>(entry -> RequestKey.of(entry.acquire));
  private final Deque<Entry> leaseless = new ArrayDeque<>();

  RequestLog(long keepNanos, int maxLeaseless) {
    this.keepNanos = keepNanos;
    this.maxLeaseless = maxLeaseless;
  }

  /** Returns what to answer a request id that was granted before; null if it was not. */
  @Nullable Verdict replay(Claim claim, LeaseTable leases, long nowNanos) {
    leases.wake(claim.acquire());
    Entry entry = find(claim.acquire());
    if (entry == null) {
      return null;
    }
    if (!entry.acquire.sameBody(claim.acquire())) {
      return new Verdict.Conflict();
    }
    Lease lease = entry.leaseId == null ? null : Objects.requireNonNull(leases.find(entry.leaseId));
    if (lease != null && !lease.isLive()) {
      return new Verdict.Ended(lease);
    }
    entry.replayed = true;
    // The same body, so its charges are those of this claim; what is left of them is as of now.
    return new Verdict.Admitted(
        claim, lease, true, MemoryBucket.states(claim.charges(), nowNanos), entry.grantedAtNanos);
  }

  /** Returns whether a grant was told to a second call of the same request. */
  boolean wasReplayed(Acquire acquire) {
    Entry entry = find(acquire);
    return entry != null && entry.replayed;
  }

  void granted(Acquire acquire, @Nullable Lease lease, long nowNanos) {
    if (acquire.requestId().isEmpty()) {
      return;
    }
    Entry entry = new Entry(acquire, lease == null ? null : lease.id(), nowNanos);
    entries.put(entry);
    if (lease == null) {
      leaseless.add(entry);
      trim(nowNanos);
    }
  }

  void forget(Acquire acquire) {
    if (!acquire.requestId().isEmpty()) {
      entries.remove(RequestKey.of(acquire));
    }
  }

  /** Drops what has been kept long enough. */
  void trim(long nowNanos) {
    for (Entry oldest = leaseless.peek();
        oldest != null
            && (leaseless.size() > maxLeaseless || nowNanos - oldest.grantedAtNanos > keepNanos);
        oldest = leaseless.peek()) {
      leaseless.remove();
      if (find(oldest.acquire) == oldest) { // else undone, and perhaps granted again
        forget(oldest.acquire);
      }
    }
  }

  int size() {
    return entries.size();
  }

  private @Nullable Entry find(Acquire acquire) {
    return acquire.requestId().isEmpty() ? null : entries.get(RequestKey.of(acquire));
  }

  /** Returns those that were granted without a lease, the oldest first. */
  Collection<Entry> leaseless() {
    return leaseless;
  }

  static final class Entry {
    final Acquire acquire;
    final @Nullable LeaseId leaseId;
    final long grantedAtNanos;
    boolean replayed;

    Entry(Acquire acquire, @Nullable LeaseId leaseId, long grantedAtNanos) {
      this.acquire = acquire;
      this.leaseId = leaseId;
      this.grantedAtNanos = grantedAtNanos;
    }
  }
}
