package io.sluice.engine.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing that an acquire asks for.
 *
 * @param resource the scarce thing, 1..256 bytes of UTF-8 without control characters
 * @param attributes what limits match on and split their buckets by; at most 32
 * @param permits how much, 0..2^40; 0 is a peek
 * @param estimate the permits are a guess, at most one in an acquire: charged at most what each
 *     rate can give at once, and settled by the release with what was taken in truth
 * @param devices what is asked of devices, or null
 */
public record Demand(
    String resource,
    Map<String, String> attributes,
    long permits,
    boolean estimate,
    @Nullable DeviceAsk devices) {
  /** Checks the bounds. */
  public Demand {
    Bounds.requireText("resource", resource, 1, Bounds.MAX_RESOURCE_BYTES);
    attributes = Bounds.requireMap("attributes", attributes, Bounds.MAX_ATTRIBUTES);
    Bounds.requireRange("permits", permits, 0, Bounds.MAX_PERMITS);
  }

  /** Asks for one permit. */
  public static Demand of(String resource) {
    return of(resource, 1);
  }

  /** Asks for some permits. */
  public static Demand of(String resource, long permits) {
    return new Demand(resource, Map.of(), permits, false, null);
  }

  /** The same demand with other attributes. */
  public Demand withAttributes(Map<String, String> newAttributes) {
    return new Demand(resource, newAttributes, permits, estimate, devices);
  }

  /** The same demand with a device ask. */
  public Demand withDevices(DeviceAsk newDevices) {
    return new Demand(resource, attributes, permits, estimate, newDevices);
  }

  /** The same demand, its permits a guess. */
  public Demand asEstimate() {
    return new Demand(resource, attributes, permits, true, devices);
  }
}
