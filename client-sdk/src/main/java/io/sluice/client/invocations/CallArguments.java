package io.sluice.client.invocations;

import io.sluice.client.internal.Checks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The arguments of a call, as they were told and in canonical form. Immutable. */
final class CallArguments {
  private static final int MAX = 30;
  private static final int MAX_NAME = 60;

  private final Map<String, @Nullable Object> told;
  private final TreeMap<String, String> canonical = new TreeMap<>();

  CallArguments(Map<String, ?> told) {
    Checks.inRange("arguments", told.size(), 0, MAX);
    this.told = Collections.unmodifiableMap(new LinkedHashMap<>(told));
    told.forEach((name, value) -> canonical.put(checked(name), Canonical.of(name, value)));
  }

  Map<String, @Nullable Object> told() {
    return told;
  }

  /** What makes calls the same by this type; different types never make the same text. */
  String key(ConcurrencyControlType type, Collection<String> keys) {
    return switch (type) {
      case DISABLED -> throw new IllegalArgumentException("no two calls are the same");
      case TASK -> "task";
      case ARGUMENTS -> "arguments:" + digest(canonical.keySet());
      case KEYS -> "keys:" + digest(new TreeSet<>(keys));
    };
  }

  /** Checks that every key is among the arguments. */
  void require(Collection<String> keys) {
    for (String key : keys) {
      if (!canonical.containsKey(key)) {
        throw new IllegalArgumentException(
            "arguments must have the key " + key + " but had " + canonical.keySet());
      }
    }
  }

  /** By name, each in a form that fits an attribute. */
  Map<String, String> shortened() {
    Map<String, String> shortened = new TreeMap<>();
    canonical.forEach((name, value) -> shortened.put(name, Canonical.shortened(value)));
    return shortened;
  }

  /** In what these differ from those of an invocation that is reused. */
  List<ArgumentDifference> differencesFrom(CallArguments existing) {
    Map<String, String> before = existing.shortened();
    Map<String, String> now = shortened();
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(now.keySet());
    List<ArgumentDifference> differences = new ArrayList<>();
    for (String name : names) {
      @Nullable String then = before.get(name);
      @Nullable String asked = now.get(name);
      if (!Objects.equals(then, asked)) {
        differences.add(
            new ArgumentDifference(name, Optional.ofNullable(then), Optional.ofNullable(asked)));
      }
    }
    return differences;
  }

  private String digest(Collection<String> names) {
    TreeMap<String, String> chosen = new TreeMap<>(canonical);
    chosen.keySet().retainAll(names);
    return Canonical.digest(Canonical.of("arguments", chosen));
  }

  private static String checked(String name) {
    if (!name.matches("[A-Za-z0-9_.-]{1," + MAX_NAME + "}")) {
      throw new IllegalArgumentException(
          "name of an argument must be 1..60 letters, digits, _ . - but was " + name);
    }
    return name;
  }
}
