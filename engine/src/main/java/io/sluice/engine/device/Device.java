package io.sluice.engine.device;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One GPU, or one MIG instance of one.
 *
 * @param uuid its stable name
 * @param index its index on the host, from 0; of its parent for a MIG instance
 * @param model its model, for people and selectors
 * @param memoryMib memory that may be granted: total less what is reserved; 0..16777216. 0 where it
 *     is not known: such a device gives shares without a claim on memory.
 * @param attributes what selectors may ask for beside {@code uuid}, {@code index} and {@code
 *     model}; at most 32
 */
public record Device(
    String uuid, int index, String model, long memoryMib, Map<String, String> attributes) {
  /** Most devices in one pool. */
  public static final int MAX_IN_POOL = 1024;

  private static final Set<String> OWN_ATTRIBUTES = Set.of("uuid", "index", "model");

  /** Checks the bounds. */
  public Device {
    Bounds.requireText("device.uuid", uuid, 1, Bounds.MAX_ID_BYTES);
    Bounds.requireRange("device.index", index, 0, 1023);
    Bounds.requireText("device.model", model, 0, Bounds.MAX_ID_BYTES);
    Bounds.requireRange("device.memory_mib", memoryMib, 0, 1L << 24);
    attributes =
        Collections.unmodifiableMap(
            new TreeMap<>(Bounds.requireMap("device.labels", attributes, Bounds.MAX_ATTRIBUTES)));
    for (String name : attributes.keySet()) {
      if (OWN_ATTRIBUTES.contains(name)) {
        throw new InvalidArgumentException(
            "device.labels", "must not be named uuid, index or model but has " + name);
      }
    }
  }

  /** A device without further attributes. */
  public Device(String uuid, int index, String model, long memoryMib) {
    this(uuid, index, model, memoryMib, Map.of());
  }

  /** Returns the first attribute of a selector that this device does not have; null if none. */
  public @Nullable String mismatch(Map<String, String> selector) {
    for (Map.Entry<String, String> wanted : selector.entrySet()) {
      if (!wanted.getValue().equals(attribute(wanted.getKey()))) {
        return wanted.getKey() + "=" + wanted.getValue();
      }
    }
    return null;
  }

  private @Nullable String attribute(String name) {
    return switch (name) {
      case "uuid" -> uuid;
      case "index" -> Integer.toString(index);
      case "model" -> model;
      default -> attributes.get(name);
    };
  }

  /** Returns the same device with other memory. */
  public Device withMemoryMib(long newMemoryMib) {
    return new Device(uuid, index, model, newMemoryMib, attributes);
  }
}
