package io.sluice.server.config;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The named overlays under {@code profiles}. All are checked for unknown keys and limits; one at
 * most is laid over the rest.
 */
final class Profiles {
  static final String PROFILES = "profiles";
  private static final KeyPath PATH = KeyPath.ROOT.child(PROFILES);

  private final Tree.Mapping root;
  private final Problems problems;

  Profiles(Tree.Mapping root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  /** Returns the root without profiles. */
  Tree.Mapping rest() {
    return root.without(PROFILES);
  }

  /** Adds what is wrong with the keys of any profile to the problems. */
  void check() {
    Tree profiles = root.find(PROFILES);
    if (profiles instanceof Tree.Mapping mapping) {
      mapping
          .members()
          .forEach((name, member) -> check(PATH.child(Quoted.of(name)), member.value()));
    } else if (profiles != null) {
      problems.add(profiles.source(), PATH, "must be a mapping from names to overlays");
    }
  }

  /** Returns the root with a profile laid over it, and without profiles. */
  Tree.Mapping apply(String name, Source source) {
    Tree profiles = root.find(PROFILES);
    Tree profile = profiles instanceof Tree.Mapping mapping ? mapping.find(name) : null;
    if (profile instanceof Tree.Mapping overlay) {
      return rest()
          .overlaidWith(overlay.withSources(place -> place.noting("profile " + Quoted.of(name))));
    }
    if (!has(profiles, name)) {
      problems.add(source, KeyPath.ROOT.child("profile"), unknown(name, profiles));
    }
    return rest();
  }

  private static boolean has(@Nullable Tree profiles, String name) {
    return profiles instanceof Tree.Mapping mapping && mapping.members().containsKey(name);
  }

  private static String unknown(String name, @Nullable Tree profiles) {
    Set<String> known =
        profiles instanceof Tree.Mapping mapping ? mapping.members().keySet() : Set.of();
    String nearest = Spelling.nearest(name, known);
    String hint =
        nearest != null
            ? "; did you mean " + nearest + "?"
            : known.isEmpty() ? "; there are none" : "; there are " + String.join(", ", known);
    return "must be a profile but was " + Quoted.of(name) + hint;
  }

  private void check(KeyPath path, Tree profile) {
    if (profile instanceof Tree.Mapping overlay) {
      Schema.ROOT.check(overlay.without(PROFILES), path, problems);
      refuse(overlay, PROFILES, path, "is not a key inside a profile");
      refuse(overlay, Keys.PROFILE.name(), path, "must not be chosen inside a profile");
      checkLimits(overlay.find(NamedLimits.LIMITS), path.child(NamedLimits.LIMITS));
    } else {
      Schema.ROOT.check(profile, path, problems);
    }
  }

  private void checkLimits(@Nullable Tree limits, KeyPath path) {
    if (!(limits instanceof Tree.Mapping overlays)) {
      return;
    }
    Set<String> known =
        root.find(NamedLimits.LIMITS) instanceof Tree.Mapping named
            ? named.members().keySet()
            : Set.of();
    overlays
        .members()
        .forEach(
            (name, member) -> {
              KeyPath limit = path.child(Quoted.of(name));
              if (!known.contains(name)) {
                String nearest = Spelling.nearest(name, known);
                String hint = nearest == null ? "" : "; did you mean " + nearest + "?";
                problems.add(member.keySource(), limit, "names no limit" + hint);
              } else if (member.value() instanceof Tree.Mapping overlay) {
                refuse(overlay, Keys.LIMIT_NAME.name(), limit, "must not be changed by a profile");
              }
            });
  }

  private void refuse(Tree.Mapping mapping, String key, KeyPath path, String text) {
    Tree.Member member = mapping.members().get(key);
    if (member != null) {
      problems.add(member.keySource(), path.child(key), text);
    }
  }
}
