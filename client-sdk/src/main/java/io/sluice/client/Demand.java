package io.sluice.client;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing asked for: a resource, how much of it, and what limits may match on. Immutable.
 *
 * <pre>{@code
 * Demand.of("openai/chat").permits(3).attribute("tenant", "a")
 * }</pre>
 *
 * @param resource the name of the scarce thing, segments separated by {@code /}; 1..256 bytes of
 *     UTF-8, no control characters
 * @param attributes what limits may match on and split their buckets by; at most 32, names 1..64
 *     bytes, values 0..256 bytes
 * @param permits how much, 0..2^40. Zero is a peek: answered as 1 would be, but nothing is taken
 * @param devices what is asked of devices; null = {@code permits} devices, shared, no memory, where
 *     the resource has devices at all
 * @param isEstimate whether the permits are a guess, settled by {@link Lease#actualPermits}
 */
public record Demand(
    String resource,
    Map<String, String> attributes,
    long permits,
    @Nullable DeviceAsk devices,
    boolean isEstimate) {

  /**
   * Checks the bounds.
   *
   * @param resource its name
   * @param attributes copied
   * @param permits how much
   * @param devices what is asked of devices
   * @param isEstimate whether the permits are a guess
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public Demand {
    Bounds.text("resource", resource, 1, 256);
    attributes = Bounds.texts("attributes", attributes, 32);
    Bounds.inRange("permits", permits, 0, Bounds.MAX_PERMITS);
  }

  /**
   * One permit of a resource.
   *
   * @param resource its name
   * @return the demand
   * @throws IllegalArgumentException if the name is outside its bounds
   */
  public static Demand of(String resource) {
    return new Demand(resource, Map.of(), 1, null, false);
  }

  /**
   * The same with another number of permits.
   *
   * @param permits 0..2^40
   * @return a new demand
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public Demand permits(long permits) {
    return new Demand(resource, attributes, permits, devices, isEstimate);
  }

  /**
   * The same with one attribute more, or another value of it.
   *
   * @param name 1..64 bytes
   * @param value 0..256 bytes
   * @return a new demand
   * @throws IllegalArgumentException if a text is outside its bounds, or there are too many
   */
  public Demand attribute(String name, String value) {
    Map<String, String> changed = new HashMap<>(attributes);
    changed.put(name, value);
    return new Demand(resource, changed, permits, devices, isEstimate);
  }

  /**
   * The same with an ask for devices.
   *
   * @param devices how many and how large
   * @return a new demand
   */
  public Demand devices(DeviceAsk devices) {
    return new Demand(resource, attributes, permits, devices, isEstimate);
  }

  /**
   * The same with permits that are a guess: the grant has a lease, and {@link Lease#actualPermits}
   * tells what it was in truth. A guess above what a rate can give at once is cut to that. At most
   * one demand of an acquisition may be one.
   *
   * @return a new demand
   */
  public Demand estimate() {
    return new Demand(resource, attributes, permits, devices, true);
  }
}
