package io.sluice.client.rate;

import io.sluice.client.Demand;
import io.sluice.client.admin.Match;
import io.sluice.client.admin.RateLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The rates of a {@link RateLimiterPool}: one for all keys together, and one for each. Immutable.
 *
 * @param name what its limits and resources are called by: {@code NAME.all}, {@code NAME.each},
 *     {@code NAME.own.KEY}; {@code NAME/each}, {@code NAME/own}
 * @param all of all keys together
 * @param each of every key that has no rate of its own
 * @param own rates of some keys, by key; at most 1000
 */
public record PoolRates(String name, Rate all, Rate each, Map<String, Rate> own) {
  private static final String KEY = "key";
  private static final int MAX_OWN = 1000;

  /**
   * Copies the map.
   *
   * @param name of the pool
   * @param all of all keys together
   * @param each of every other key
   * @param own copied
   * @throws IllegalArgumentException if there are too many rates
   */
  public PoolRates {
    own = Map.copyOf(own);
    if (own.size() > MAX_OWN) {
      throw new IllegalArgumentException(
          "entries of own must be in [0, " + MAX_OWN + "] but was " + own.size());
    }
  }

  /** The limits that make the pool. */
  List<RateLimit> limits() {
    List<RateLimit> limits = new ArrayList<>();
    limits.add(limit(name + ".all", Match.of(name + "/*"), all));
    limits.add(limit(name + ".each", Match.of(name + "/each").by(KEY), each));
    own.forEach(
        (key, rate) ->
            limits.add(limit(limit(key), Match.of(name + "/own").attribute(KEY, key), rate)));
    return limits;
  }

  /** The name of the limit that is a key's. */
  String limit(String key) {
    return own.containsKey(key) ? name + ".own." + key : name + ".each";
  }

  Demand demand(String key) {
    return Demand.of(name + (own.containsKey(key) ? "/own" : "/each")).attribute(KEY, key);
  }

  private static RateLimit limit(String name, Match match, Rate rate) {
    return RateLimit.of(name, match, rate.permits(), rate.per()).burst(rate.burst());
  }
}
