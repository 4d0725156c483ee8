package io.sluice.engine.advice;

import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.TopKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Applies every rule to a snapshot. Pure. */
public final class Advisor {
  /** Most recommendations at once; the least severe are left out. */
  public static final int MAX_RECOMMENDATIONS = 100;

  private Advisor() {}

  /** Returns what a snapshot suggests to change, the most severe first. */
  public static List<Recommendation> recommend(Snapshot snapshot) {
    List<Recommendation> all = new ArrayList<>();
    for (Snapshot.ByLimit limit : snapshot.limits()) {
      apply(UsageRules.ALL, limit, all);
      apply(StateRules.ALL, limit, all);
      for (TopKeys.Denied key : snapshot.topDenied()) {
        if (key.limit().equals(limit.limit().name())) {
          add(WorkRules.hotKey(key, limit), all);
        }
      }
    }
    for (ResourceTable.Resource resource : snapshot.resources()) {
      apply(WorkRules.OF_RESOURCES, resource, all);
    }
    add(WorkRules.unmatched(snapshot), all);
    return all.stream()
        .sorted(Comparator.comparing(Recommendation::severity).reversed())
        .limit(MAX_RECOMMENDATIONS)
        .toList();
  }

  private static <T> void apply(
      List<Function<T, @Nullable Recommendation>> rules, T subject, List<Recommendation> all) {
    for (Function<T, @Nullable Recommendation> rule : rules) {
      add(rule.apply(subject), all);
    }
  }

  private static void add(@Nullable Recommendation made, List<Recommendation> all) {
    if (made != null) {
      all.add(made);
    }
  }
}
