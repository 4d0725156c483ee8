package io.sluice.engine.invariant;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an acquire needs by the definition: permits of each bucket of each limit that matches a
 * demand. Worked out beside the engine, to compare.
 */
final class Need {
  final Map<Key, Long> permits = new LinkedHashMap<>();
  boolean devices;

  /** Some limit serves the last to come first while it is overloaded. */
  boolean interactive;

  private Need() {}

  static Need of(AdmissionEngine engine, Acquire acquire) {
    Need need = new Need();
    for (Demand demand : acquire.demands()) {
      for (ActiveLimit limit : engine.limitsOf(demand.resource())) {
        if (Route.applies(limit, demand)) {
          need.add(limit, demand);
        }
      }
    }
    return need;
  }

  private void add(ActiveLimit limit, Demand demand) {
    interactive |= limit.limit().queue().mode() == QueueMode.INTERACTIVE;
    long asked = Math.max(1, demand.permits());
    if (limit.limit().policy() instanceof Policy.Devices) {
      devices = true;
      asked = demand.devices() == null ? asked : demand.devices().count();
    }
    permits.merge(new Key(limit, Route.key(limit, demand)), asked, Long::sum);
  }

  /** Returns whether it fits wherever another fits, and takes of the same buckets. */
  boolean isWithin(Need other) {
    return !devices
        && !interactive
        && !permits.isEmpty()
        && permits.keySet().equals(other.permits.keySet())
        && permits.entrySet().stream().allMatch(e -> e.getValue() <= other.permits.get(e.getKey()));
  }

  /** One bucket, or the one that keys beyond {@code max_keys} share. */
  record Key(ActiveLimit limit, BucketKey key) {}
}
