package io.sluice.engine.invariant;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.Route;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
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
      if (!demand.estimate()) {
        need.add(engine, demand);
      }
    }
    acquire.demands().stream().filter(Demand::estimate).forEach(demand -> need.add(engine, demand));
    return need;
  }

  /** What a lease may hold again: not what was spent. */
  static Need resuming(AdmissionEngine engine, Acquire acquire) {
    Need need = of(engine, acquire);
    need.permits.keySet().removeIf(key -> key.limit().limit().policy().terms() == null);
    return need;
  }

  private void add(AdmissionEngine engine, Demand demand) {
    long asked = Math.max(1, demand.permits());
    if (demand.estimate()) {
      asked = Math.min(asked, roomForEstimate(engine, demand));
    }
    for (ActiveLimit limit : engine.limitsOf(demand.resource())) {
      if (Route.applies(limit, demand)) {
        add(limit, demand, asked);
      }
    }
  }

  /** An estimate is cut to what each rate can give at once beside the other demands. */
  private long roomForEstimate(AdmissionEngine engine, Demand demand) {
    long room = Long.MAX_VALUE;
    for (ActiveLimit limit : engine.limitsOf(demand.resource())) {
      if (Route.applies(limit, demand) && limit.limit().policy().kind() == LimitKind.RATE) {
        long taken = permits.getOrDefault(new Key(limit, Route.key(limit, demand)), 0L);
        room = Math.min(room, Math.max(0, limit.limit().policy().capacity() - taken));
      }
    }
    return room;
  }

  private void add(ActiveLimit limit, Demand demand, long permitsAsked) {
    interactive |= limit.limit().queue().mode() == QueueMode.INTERACTIVE;
    boolean spent = limit.limit().policy().kind() == LimitKind.RATE;
    long asked = spent ? permitsAsked : Math.max(1, permitsAsked);
    if (limit.limit().policy() instanceof Policy.Devices) {
      devices = true;
      asked = demand.devices() == null ? asked : demand.devices().count();
    }
    permits.merge(new Key(limit, Route.key(limit, demand)), asked, Long::sum);
  }

  /** Takes over what was charged for estimates, which were cut when the call came. */
  void chargedFor(Claim claim) {
    for (Charge charge : claim.charges()) {
      permits.replaceAll(
          (key, asked) -> key.limit() == charge.bucket().limit() ? charge.permits() : asked);
    }
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
