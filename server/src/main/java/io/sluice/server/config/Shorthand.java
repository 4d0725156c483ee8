package io.sluice.server.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Writes out what may be written short, before anything is laid over anything: {@code adaptive:
 * governor} is {@code adaptive: { controller: governor }}.
 */
final class Shorthand {
  private Shorthand() {}

  /** Returns a root, whose limits are by name, with its limits and its profiles written out. */
  static Tree.Mapping writtenOut(Tree.Mapping root) {
    return within(limits(root), Profiles.PROFILES, profiles -> each(profiles, Shorthand::limits));
  }

  private static Tree.Mapping limits(Tree.Mapping root) {
    return within(root, NamedLimits.LIMITS, limits -> each(limits, Shorthand::limit));
  }

  private static Tree.Mapping limit(Tree.Mapping limit) {
    if (!(limit.find(LimitReader.ADAPTIVE) instanceof Tree.Scalar controller)) {
      return limit;
    }
    Tree.Mapping adaptive =
        Tree.Mapping.of(controller.source(), Keys.ADAPTIVE_CONTROLLER.name(), controller);
    return limit.with(LimitReader.ADAPTIVE, new Tree.Member(controller.source(), adaptive));
  }

  private static Tree.Mapping within(
      Tree.Mapping mapping, String key, UnaryOperator<Tree.Mapping> change) {
    Tree.Member member = mapping.members().get(key);
    return member == null ? mapping : mapping.with(key, changed(member, change));
  }

  private static Tree.Mapping each(Tree.Mapping mapping, UnaryOperator<Tree.Mapping> change) {
    Map<String, Tree.Member> members = new LinkedHashMap<>(mapping.members());
    members.replaceAll((key, member) -> changed(member, change));
    return new Tree.Mapping(mapping.source(), members);
  }

  private static Tree.Member changed(Tree.Member member, UnaryOperator<Tree.Mapping> change) {
    return member.value() instanceof Tree.Mapping mapping
        ? new Tree.Member(member.keySource(), change.apply(mapping))
        : member;
  }
}
