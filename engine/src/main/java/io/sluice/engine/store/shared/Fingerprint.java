package io.sluice.engine.store.shared;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DeviceAsk;
import java.util.Map;
import java.util.TreeMap;

/**
 * What stands for the body of an acquire: the same in every process, and for two acquires that ask
 * for the same in the sense of {@link Acquire#sameBody}; 64 bits (FNV-1a), so that another body has
 * another one but for a chance of 2^-64.
 */
final class Fingerprint {
  private static final long BASIS = 0xCBF29CE484222325L;
  private static final long PRIME = 0x100000001B3L;

  private long hash = BASIS;

  private Fingerprint() {}

  static long of(Acquire acquire) {
    Fingerprint print = new Fingerprint();
    print.add(acquire.demands().size());
    acquire.demands().forEach(print::add);
    print.add(acquire.ttlNanos());
    print.add(acquire.priority());
    print.add(acquire.wantLease() ? 1 : 0);
    Dedup dedup = acquire.dedup();
    print.add(String.valueOf(dedup)); // a record of texts, names and numbers
    print.add(String.valueOf(acquire.parent()));
    print.add(acquire.labels());
    return print.hash;
  }

  private void add(Demand demand) {
    add(demand.resource());
    add(demand.attributes());
    add(demand.permits());
    add(demand.estimate() ? 1 : 0);
    DeviceAsk ask = demand.devices();
    add(ask == null ? 0 : 1);
    if (ask != null) {
      add(ask.count());
      add(ask.memoryMib());
      add(ask.computePercent());
      add((ask.exclusive() ? 1 : 0) + (ask.sameDevice() ? 2 : 0));
      add(ask.selector());
    }
  }

  private void add(Map<String, String> texts) {
    add(texts.size());
    new TreeMap<>(texts)
        .forEach(
            (name, value) -> {
              add(name);
              add(value);
            });
  }

  private void add(String text) {
    add(text.length());
    for (int i = 0; i < text.length(); i++) {
      mix(text.charAt(i));
      mix(text.charAt(i) >>> 8);
    }
  }

  private void add(long number) {
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      mix((int) (number >>> shift));
    }
  }

  private void mix(int octet) {
    hash = (hash ^ (octet & 0xFF)) * PRIME;
  }
}
