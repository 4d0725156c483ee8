package io.sluice.server.reload;

import io.sluice.engine.limit.Limit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which limits are in force after a reload. What was changed at run time lies over the file: it
 * stays, unless the file itself changed the same limit since it was last applied, which then
 * counts. Pure.
 */
final class FileLimits {
  private FileLimits() {}

  /**
   * Merges.
   *
   * @param before the limits of the file when it was last applied
   * @param after the limits of the file now
   * @param running the limits in force
   * @return in the order of the file, those that are in none of the files behind
   */
  static List<Limit> merge(List<Limit> before, List<Limit> after, List<Limit> running) {
    Map<String, Limit> old = byName(before);
    Map<String, Limit> rest = byName(running);
    List<Limit> merged = new ArrayList<>();
    for (Limit limit : after) {
      Limit now = rest.remove(limit.name());
      boolean sameInFile = limit.equals(old.get(limit.name()));
      if (!sameInFile) {
        merged.add(limit);
      } else if (now != null) {
        merged.add(now); // deleted at run time, it stays deleted
      }
    }
    rest.values().stream().filter(limit -> !old.containsKey(limit.name())).forEach(merged::add);
    return merged;
  }

  /** Returns the names of those that differ between two sets, in order, the gone ones last. */
  static List<String> changed(List<Limit> before, List<Limit> after) {
    Map<String, Limit> old = byName(before);
    List<String> names = new ArrayList<>();
    for (Limit limit : after) {
      if (!limit.equals(old.remove(limit.name()))) {
        names.add(limit.name());
      }
    }
    names.addAll(old.keySet());
    return names;
  }

  private static Map<String, Limit> byName(List<Limit> limits) {
    Map<String, Limit> byName = new LinkedHashMap<>();
    limits.forEach(limit -> byName.put(limit.name(), limit));
    return byName;
  }
}
