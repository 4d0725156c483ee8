package io.sluice.client.admin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a limit applies to, and what splits it into buckets. Immutable.
 *
 * @param resource a glob: {@code *} within a segment, {@code **} across segments
 * @param attributes that must be equal
 * @param key attributes that split the limit, one bucket for each combination of their values;
 *     empty = one bucket
 */
public record Match(String resource, Map<String, String> attributes, List<String> key) {

  /**
   * Copies the collections.
   *
   * @param resource a glob
   * @param attributes copied
   * @param key copied
   */
  public Match {
    attributes = Map.copyOf(attributes);
    key = List.copyOf(key);
  }

  /**
   * Every demand on a resource, in one bucket.
   *
   * @param resource a glob
   * @return the match
   */
  public static Match of(String resource) {
    return new Match(resource, Map.of(), List.of());
  }

  /**
   * The same for demands with an attribute.
   *
   * @param name of the attribute
   * @param value that it must have
   * @return a new match
   */
  public Match attribute(String name, String value) {
    Map<String, String> changed = new HashMap<>(attributes);
    changed.put(name, value);
    return new Match(resource, changed, key);
  }

  /**
   * The same, split by one attribute more.
   *
   * @param attribute its name
   * @return a new match
   */
  public Match by(String attribute) {
    List<String> changed = new ArrayList<>(key);
    changed.add(attribute);
    return new Match(resource, attributes, changed);
  }
}
