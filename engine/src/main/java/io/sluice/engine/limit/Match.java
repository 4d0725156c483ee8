package io.sluice.engine.limit;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.Demand;
import java.util.Map;

/**
 * Which demands a limit applies to.
 *
 * @param resource the glob that the resource must match
 * @param attributes attributes that must be there and equal; at most 32
 */
public record Match(ResourcePattern resource, Map<String, String> attributes) {
  /** Checks the bounds. */
  public Match {
    attributes = Bounds.requireMap("match.attributes", attributes, Bounds.MAX_ATTRIBUTES);
  }

  /** Matches a glob, whatever the attributes. */
  public static Match resource(String pattern) {
    return new Match(ResourcePattern.parse(pattern), Map.of());
  }

  /** Returns whether the attributes of a demand, whose resource matches, match too. */
  boolean attributesMatch(Demand demand) {
    if (attributes.isEmpty()) {
      return true;
    }
    for (Map.Entry<String, String> wanted : attributes.entrySet()) {
      if (!wanted.getValue().equals(demand.attributes().get(wanted.getKey()))) {
        return false;
      }
    }
    return true;
  }
}
