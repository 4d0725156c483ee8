package io.sluice.engine.store.memory;

import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The buckets of which something was spent, or given back, in this step: each is recorded once,
 * with the level that it has when the step is over.
 */
final class SpentBuckets {
  /** More has changed of a bucket than that something was taken. */
  static final long CHANGED = -1;

  private final Map<SpendingBucket, Long> taken = new LinkedHashMap<>();
  private boolean recording;

  /** Told each bucket once. */
  interface Visitor {
    void level(SpendingBucket bucket, long taken);
  }

  /** Notes what happens from now on. */
  void record() {
    recording = true;
  }

  /** Notes what a grant took. */
  void taken(List<Charge> charges) {
    if (recording) {
      for (int i = 0; i < charges.size(); i++) {
        Charge charge = charges.get(i);
        if (charge.bucket() instanceof SpendingBucket bucket) {
          taken.merge(
              bucket,
              charge.permits(),
              (before, more) -> before == CHANGED ? CHANGED : before + more);
        }
      }
    }
  }

  /** Notes what a refund, or a settlement, may have changed. */
  void changed(List<Charge> charges) {
    if (recording) {
      for (int i = 0; i < charges.size(); i++) {
        changed(charges.get(i).bucket());
      }
    }
  }

  void changed(Bucket bucket) {
    if (recording && bucket instanceof SpendingBucket spending) {
      taken.put(spending, CHANGED);
    }
  }

  /** Tells what was noted, and forgets it. */
  void flush(Visitor visitor) {
    if (!taken.isEmpty()) {
      taken.forEach(visitor::level);
      taken.clear();
    }
  }
}
