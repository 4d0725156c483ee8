package io.sluice.engine.stats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys that were denied most often, in bounded memory whatever keys there are.
 *
 * <p>Source: Space-Saving (A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of
 * frequent and top-k elements in data streams", 2005). Of n denials a key with more than n/{@value
 * #MAX_KEYS} is always among them. A key that is new when all places are taken gets the place of
 * the least, and its count as its error. Not thread-safe.
 */
public final class TopKeys {
  /** Most keys that are known at once. */
  public static final int MAX_KEYS = 32;

  private final List<Place> places = new ArrayList<>(0);
  private final Map<Key, Place> byKey = new HashMap<>();

  /**
   * Counts a denial.
   *
   * @param limit the limit that denied
   * @param values the values of its key
   */
  public void denied(String limit, List<String> values) {
    Key key = new Key(limit, values);
    Place place = byKey.get(key);
    if (place == null) {
      place = places.size() < MAX_KEYS ? added(key) : replaced(key);
      byKey.put(key, place);
    }
    place.count++;
  }

  /** Takes a snapshot: those denied most often first, of equals the one known for longer. */
  public List<Denied> snapshot() {
    return places.stream()
        .sorted(Comparator.comparingLong((Place place) -> place.count).reversed())
        .map(place -> new Denied(place.key.limit(), place.key.values(), place.count, place.error))
        .toList();
  }

  private Place added(Key key) {
    Place place = new Place(key);
    places.add(place);
    return place;
  }

  private Place replaced(Key key) {
    Place least = places.get(0);
    for (int i = 1; i < MAX_KEYS; i++) {
      if (places.get(i).count < least.count) {
        least = places.get(i);
      }
    }
    byKey.remove(least.key);
    least.key = key;
    least.error = least.count;
    return least;
  }

  private record Key(String limit, List<String> values) {}

  private static final class Place {
    Key key;
    long count;
    long error;

    Place(Key key) {
      this.key = key;
    }
  }

  /**
   * A key that was denied often.
   *
   * @param limit the limit that denied
   * @param key the values of its key; empty = those beyond {@code max_keys}, together
   * @param count denials, at most {@code error} too many
   * @param error by how much the count may be too high; 0 = it is exact
   */
  public record Denied(String limit, List<String> key, long count, long error) {}
}
