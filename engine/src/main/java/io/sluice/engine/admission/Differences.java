package io.sluice.engine.admission;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares what two acquires ask for. Pure. */
final class Differences {
  private static final int MAX = 64;

  private final List<Difference> found = new ArrayList<>();

  private Differences() {}

  /** Returns in what they differ, at most 64 things: first the demands, then the labels. */
  static List<Difference> between(Acquire existing, Acquire asked) {
    Differences differences = new Differences();
    int most = Math.max(existing.demands().size(), asked.demands().size());
    for (int i = 0; i < most; i++) {
      differences.demand("demands[" + i + "]", at(existing, i), at(asked, i));
    }
    differences.map("labels", existing.labels(), asked.labels());
    return List.copyOf(differences.found);
  }

  private static @Nullable Demand at(Acquire acquire, int index) {
    return index < acquire.demands().size() ? acquire.demands().get(index) : null;
  }

  private void demand(String field, @Nullable Demand existing, @Nullable Demand asked) {
    if (existing == null || asked == null) {
      value(field, resource(existing), resource(asked));
      return;
    }
    value(field + ".resource", existing.resource(), asked.resource());
    value(field + ".permits", existing.permits() + "", asked.permits() + "");
    value(field + ".estimate", existing.estimate() + "", asked.estimate() + "");
    value(field + ".devices", text(existing.devices()), text(asked.devices()));
    map(field + ".attributes", existing.attributes(), asked.attributes());
  }

  private void map(String field, Map<String, String> existing, Map<String, String> asked) {
    TreeSet<String> names = new TreeSet<>(existing.keySet());
    names.addAll(asked.keySet());
    for (String name : names) {
      value(field + "[" + name + "]", existing.get(name), asked.get(name));
    }
  }

  private void value(String field, @Nullable String existing, @Nullable String asked) {
    if (!Objects.equals(existing, asked) && found.size() < MAX) {
      found.add(new Difference(field, existing, asked));
    }
  }

  private static @Nullable String resource(@Nullable Demand demand) {
    return demand == null ? null : demand.resource();
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }
}
