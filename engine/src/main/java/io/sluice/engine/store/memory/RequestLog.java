package io.sluice.engine.store.memory;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.RequestKey;
import io.sluice.engine.store.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which request ids were granted what. Those with a lease stay as long as the lease is known; those
 * without stay for {@code keepNanos}, at most {@code maxLeaseless} of them.
 */
final class RequestLog {
  private final long keepNanos;
  private final int maxLeaseless;
  private final Map<RequestKey, Entry> entries = new HashMap<>();
  private final Deque<Entry> leaseless = new ArrayDeque<>();

  RequestLog(long keepNanos, int maxLeaseless) {
    this.keepNanos = keepNanos;
    this.maxLeaseless = maxLeaseless;
  }

  /** Returns what to answer a request id that was granted before; null if it was not. */
  @Nullable Verdict replay(Acquire acquire) {
    if (acquire.requestId().isEmpty()) {
      return null;
    }
    Entry entry = entries.get(RequestKey.of(acquire));
    if (entry == null) {
      return null;
    }
    Verdict.Admitted admitted = entry.admitted;
    if (!admitted.claim().acquire().sameBody(acquire)) {
      return new Verdict.Conflict();
    }
    Lease lease = admitted.lease();
    if (lease != null && !lease.isLive()) {
      return new Verdict.Ended(lease);
    }
    entry.replayed = true;
    return new Verdict.Admitted(admitted.claim(), lease, true, admitted.states());
  }

  /** Returns whether a grant was told to a second call of the same request. */
  boolean wasReplayed(Acquire acquire) {
    Entry entry = acquire.requestId().isEmpty() ? null : entries.get(RequestKey.of(acquire));
    return entry != null && entry.replayed;
  }

  void granted(Verdict.Admitted admitted, long nowNanos) {
    Acquire acquire = admitted.claim().acquire();
    if (acquire.requestId().isEmpty()) {
      return;
    }
    Entry entry = new Entry(RequestKey.of(acquire), admitted, nowNanos);
    entries.put(entry.key, entry);
    if (admitted.lease() == null) {
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
      entries.remove(oldest.key, oldest);
    }
  }

  int size() {
    return entries.size();
  }

  private static final class Entry {
    final RequestKey key;
    final Verdict.Admitted admitted;
    final long grantedAtNanos;
    boolean replayed;

    Entry(RequestKey key, Verdict.Admitted admitted, long grantedAtNanos) {
      this.key = key;
      this.admitted = admitted;
      this.grantedAtNanos = grantedAtNanos;
    }
  }
}
