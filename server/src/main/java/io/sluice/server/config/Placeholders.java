package io.sluice.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces {@code ${NAME}} and {@code ${NAME:default}} in texts by variables of the environment. A
 * second dollar before the first stands for none: the rest is left as it is. What is put in is not
 * looked at again.
 */
final class Placeholders {
  private static final Pattern PLACEHOLDER =
      Pattern.compile(
          "\\$(?<escape>\\$\\{)|\\$\\{(?<name>[A-Za-z_][A-Za-z0-9_]*)"
              + "(?::(?<fallback>[^}]*))?\\}|(?<broken>\\$\\{)");

  private final Map<String, String> environment;

  Placeholders(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * Returns the tree with every placeholder replaced.
   *
   * @throws InvalidValue at the first that is broken, or whose variable is unset and has no default
   */
  Tree expand(Tree tree) throws InvalidValue {
    if (tree instanceof Tree.Scalar scalar) {
      return expand(scalar);
    } else if (tree instanceof Tree.Sequence sequence) {
      List<Tree> items = new ArrayList<>();
      for (Tree item : sequence.items()) {
        items.add(expand(item));
      }
      return new Tree.Sequence(sequence.source(), items);
    }
    Tree.Mapping mapping = (Tree.Mapping) tree;
    Map<String, Tree.Member> members = new LinkedHashMap<>();
    for (Map.Entry<String, Tree.Member> entry : mapping.members().entrySet()) {
      Tree.Member member = entry.getValue();
      members.put(entry.getKey(), new Tree.Member(member.keySource(), expand(member.value())));
    }
    return new Tree.Mapping(mapping.source(), members);
  }

  private Tree.Scalar expand(Tree.Scalar scalar) throws InvalidValue {
    if (scalar.source().layer() != Source.Layer.FILE || !scalar.text().contains("${")) {
      return scalar;
    }
    Source source = scalar.source();
    StringBuilder text = new StringBuilder();
    Matcher matcher = PLACEHOLDER.matcher(scalar.text());
    while (matcher.find()) {
      String replacement = "${";
      String name = matcher.group("name");
      if (matcher.group("broken") != null) {
        throw new InvalidValue(
            source,
            "must have placeholders such as ${NAME} or ${NAME:default} but was "
                + Quoted.of(scalar.text()));
      } else if (name != null) {
        replacement = value(name, matcher.group("fallback"), source);
        source = source.noting("${" + name + "}");
      }
      matcher.appendReplacement(text, Matcher.quoteReplacement(replacement));
    }
    return new Tree.Scalar(source, matcher.appendTail(text).toString(), false);
  }

  private String value(String name, @Nullable String fallback, Source source) throws InvalidValue {
    String value = environment.get(name);
    if (value == null && fallback == null) {
      throw new InvalidValue(
          source,
          "needs the environment variable "
              + name
              + ", which is not set; ${"
              + name
              + ":default} would do without");
    }
    return value == null ? Objects.requireNonNull(fallback) : value;
  }
}
