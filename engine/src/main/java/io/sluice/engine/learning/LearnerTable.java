package io.sluice.engine.learning;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.store.Bucket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The learners of buckets, by limit, so that those of one limit are found without a look at the
 * others. Limits, and the learners of each, are in the order in which they came.
 */
final class LearnerTable {
  private final Map<ActiveLimit, Map<BucketKey, Learner>> byLimit = new LinkedHashMap<>();
  private int size;

  /** Returns the learner of a bucket; null if it has none. */
  @Nullable Learner find(Bucket bucket) {
    Map<BucketKey, Learner> ofLimit = byLimit.get(bucket.limit());
    return ofLimit == null ? null : ofLimit.get(bucket.key());
  }

  /** Adds the learner of a bucket that has none. */
  void add(Learner learner) {
    byLimit
        .computeIfAbsent(learner.bucket().limit(), any -> new LinkedHashMap<>())
        .put(learner.bucket().key(), learner);
    size++;
  }

  void remove(Learner learner) {
    ActiveLimit limit = learner.bucket().limit();
    Map<BucketKey, Learner> ofLimit = byLimit.getOrDefault(limit, Map.of());
    if (ofLimit.remove(learner.bucket().key(), learner)) {
      size--;
      if (ofLimit.isEmpty()) {
        byLimit.remove(limit);
      }
    }
  }

  /** Returns those of a limit, to be looked at before any comes or goes. */
  Collection<Learner> of(ActiveLimit limit) {
    return Collections.unmodifiableCollection(byLimit.getOrDefault(limit, Map.of()).values());
  }

  /** Returns all there are now. */
  List<Learner> all() {
    List<Learner> all = new ArrayList<>(size);
    byLimit.values().forEach(ofLimit -> all.addAll(ofLimit.values()));
    return all;
  }

  int size() {
    return size;
  }

  /** Returns how many limits have any. */
  int limits() {
    return byLimit.size();
  }
}
