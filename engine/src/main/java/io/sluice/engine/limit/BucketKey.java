package io.sluice.engine.limit;

import io.sluice.engine.model.Demand;
import java.util.List;

/**
 * What tells the buckets of one limit apart: the values of its key, in order. A list rather than a
 * joined text, so that no value can pose as two.
 *
 * @param values one for each attribute of the key
 */
public record BucketKey(List<String> values) {
  /**
   * The key of the only bucket of a limit without a key, and of the one that keys beyond {@code
   * max_keys} share.
   */
  public static final BucketKey NONE = new BucketKey(List.of());

  /** Picks the values of a limit's key from a demand. */
  static BucketKey of(List<String> attributes, Demand demand) {
    if (attributes.isEmpty()) {
      return NONE;
    }
    if (attributes.size() == 1) {
      return new BucketKey(List.of(demand.attributes().getOrDefault(attributes.get(0), "")));
    }
    return new BucketKey(
        attributes.stream().map(name -> demand.attributes().getOrDefault(name, "")).toList());
  }
}
