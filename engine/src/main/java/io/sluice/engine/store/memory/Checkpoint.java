package io.sluice.engine.store.memory;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.store.Recorder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Tells everything that a store knows, a little at a time between the steps of the engine. Whatever
 * changes meanwhile is told besides; so all that was told since the checkpoint began is everything.
 */
public final class Checkpoint {
  private final LeaseTable leases;
  private final Buckets buckets;
  private final Recorder recorder;
  private final Records.Levels levels;
  private final Deque<ActiveLimit> limits;
  private final Iterator<RequestLog.Entry> requests;
  private List<MemoryBucket> ofLimit = List.of();
  private int nextBucket;
  private long nextEnded;
  private boolean liveTold;

  Checkpoint(
      LeaseTable leases,
      RequestLog requests,
      Buckets buckets,
      List<ActiveLimit> limits,
      Recorder recorder,
      Records.Levels levels,
      long nowNanos) {
    leases.trim(nowNanos);
    requests.trim(nowNanos);
    this.leases = leases;
    this.buckets = buckets;
    this.recorder = recorder;
    this.levels = levels;
    this.limits = new ArrayDeque<>(limits);
    this.requests = new ArrayList<>(requests.leaseless()).iterator();
    leases.visitFromStart();
  }

  /**
   * Tells some more.
   *
   * @param count about how much
   * @return whether there is more
   */
  public boolean next(int count, long nowNanos) {
    if (!liveTold) {
      liveTold = !leases.visit(count, recorder::lease);
      return true;
    }
    if (nextEnded >= 0) {
      nextEnded = leases.visitEnded(nextEnded, count, recorder::lease);
      return true;
    }
    for (int i = 0; i < count; i++) {
      if (requests.hasNext()) {
        RequestLog.Entry entry = requests.next();
        recorder.granted(entry.acquire, entry.grantedAtNanos);
      } else if (nextBucket < ofLimit.size()) {
        tell(ofLimit.get(nextBucket++), nowNanos);
      } else if (!limits.isEmpty()) {
        ofLimit = buckets.all(limits.remove());
        nextBucket = 0;
      } else {
        return false;
      }
    }
    return true;
  }

  private void tell(MemoryBucket bucket, long nowNanos) {
    if (bucket instanceof SpendingBucket spending && !bucket.isAsNew(nowNanos)) {
      levels.level(buckets.name(bucket), spending.save(SpentBuckets.CHANGED, nowNanos));
    }
  }
}
