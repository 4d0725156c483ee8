package io.sluice.server.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the list of limits into a mapping by name, so that profiles, variables and flags can
 * address them. A limit without a usable name of its own keeps its place as name, so that the rest
 * of it is checked too.
 */
final class NamedLimits {
  static final String LIMITS = "limits";

  private static final int MAX_LIMITS = 10_000;
  private static final KeyPath PATH = KeyPath.ROOT.child(LIMITS);

  private final Placeholders placeholders;
  private final Problems problems;
  private final Map<String, Tree.Member> byName = new LinkedHashMap<>();

  private NamedLimits(Placeholders placeholders, Problems problems) {
    this.placeholders = placeholders;
    this.problems = problems;
  }

  /** Returns the root with its limits by name. */
  static Tree.Mapping in(Tree.Mapping root, Placeholders placeholders, Problems problems) {
    Tree limits = root.find(LIMITS);
    if (limits == null) {
      return root;
    }
    Map<String, Tree.Member> byName = Map.of();
    if (limits instanceof Tree.Sequence sequence && sequence.items().size() <= MAX_LIMITS) {
      byName = new NamedLimits(placeholders, problems).read(sequence.items());
    } else {
      String must = "must be a list of at most " + MAX_LIMITS + " limits, each with a name";
      problems.add(limits.source(), PATH, must);
    }
    Tree.Mapping mapping = new Tree.Mapping(limits.source(), byName);
    return root.with(LIMITS, new Tree.Member(limits.source(), mapping));
  }

  private Map<String, Tree.Member> read(List<Tree> limits) {
    for (int i = 0; i < limits.size(); i++) {
      Tree limit = limits.get(i);
      KeyPath place = PATH.item(i);
      if (limit instanceof Tree.Mapping mapping) {
        byName.put(name(mapping, place), new Tree.Member(limit.source(), limit));
      } else {
        problems.add(limit.source(), place, "must be a mapping, with a name and a match");
      }
    }
    return byName;
  }

  private String name(Tree.Mapping limit, KeyPath place) {
    String standIn = place.names().get(1);
    KeyPath path = place.child(Keys.LIMIT_NAME.name());
    Tree written = limit.find(Keys.LIMIT_NAME.name());
    if (written == null) {
      problems.add(limit.source(), path, "is required");
      return standIn;
    }
    try {
      String name = Keys.LIMIT_NAME.type().read(placeholders.expand(written));
      Tree.Member first = byName.get(name);
      if (first == null) {
        return name;
      }
      String taken = "must be unique but " + name + " is there already, at ";
      problems.add(written.source(), path, taken + first.keySource().location());
    } catch (InvalidValue e) {
      problems.add(written.source(), path, e);
    }
    return standIn;
  }
}
