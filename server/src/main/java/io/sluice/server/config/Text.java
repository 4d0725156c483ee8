package io.sluice.server.config;

import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Texts without control characters, and lists and maps of them. */
final class Text {
  private Text() {}

  /** A text of so many bytes of UTF-8. */
  static Type<String> of(int minBytes, int maxBytes) {
    return Type.scalar(
        "text",
        minBytes + ".." + maxBytes + " bytes",
        "a text",
        text -> require(text, minBytes, maxBytes));
  }

  /** A text of so many bytes of UTF-8, or nothing. */
  static Type<Optional<String>> optional(int maxBytes) {
    return Type.scalar(
        "text",
        "0.." + maxBytes + " bytes",
        "a text",
        text -> Optional.of(require(text, 0, maxBytes)).filter(value -> !value.isEmpty()));
  }

  /** The glob of a resource. */
  static Type<ResourcePattern> pattern() {
    return Type.scalar(
        "glob",
        "1.." + Bounds.MAX_RESOURCE_BYTES + " bytes",
        "a glob such as openai/*",
        text -> {
          try {
            return ResourcePattern.parse(text);
          } catch (InvalidArgumentException e) {
            throw new InvalidValue(withoutField(e));
          }
        });
  }

  /** A list of distinct names. */
  static Type<List<String>> names(int maxNames) {
    return new Type<>(
        "list of names",
        "0.." + maxNames + " names",
        Type.Form.COLLECTION,
        tree -> {
          if (!(tree instanceof Tree.Sequence sequence)) {
            throw InvalidValue.butWas("a list such as [tenant]", tree.toString());
          }
          return names(sequence, maxNames);
        });
  }

  /** A map from names to texts. */
  static Type<Map<String, String>> map(int maxEntries) {
    return new Type<>(
        "map of texts",
        "0.." + maxEntries + " entries",
        Type.Form.COLLECTION,
        tree -> {
          if (!(tree instanceof Tree.Mapping mapping)) {
            throw InvalidValue.butWas("a mapping such as { tier: free }", tree.toString());
          }
          return map(mapping, maxEntries);
        });
  }

  /** Returns the message of a refusal of the engine without its field. */
  static String withoutField(InvalidArgumentException e) {
    return String.valueOf(e.getMessage()).substring(e.field().length() + 1);
  }

  private static List<String> names(Tree.Sequence sequence, int maxNames) throws InvalidValue {
    requireSize(sequence.items().size(), maxNames, "names");
    List<String> names = new ArrayList<>();
    for (Tree item : sequence.items()) {
      String name = text(item, 1, Bounds.MAX_NAME_BYTES);
      if (names.contains(name)) {
        throw new InvalidValue(
            item.source(), "must have each name once but has " + Quoted.of(name) + " again");
      }
      names.add(name);
    }
    return List.copyOf(names);
  }

  private static Map<String, String> map(Tree.Mapping mapping, int maxEntries) throws InvalidValue {
    requireSize(mapping.members().size(), maxEntries, "entries");
    Map<String, String> map = new LinkedHashMap<>();
    for (Map.Entry<String, Tree.Member> entry : mapping.members().entrySet()) {
      Tree.Member member = entry.getValue();
      Tree key = new Tree.Scalar(member.keySource(), entry.getKey(), false);
      map.put(text(key, 1, Bounds.MAX_NAME_BYTES), text(member.value(), 0, Bounds.MAX_VALUE_BYTES));
    }
    return map;
  }

  private static String text(Tree tree, int minBytes, int maxBytes) throws InvalidValue {
    if (!(tree instanceof Tree.Scalar scalar)) {
      throw new InvalidValue(
          tree.source(), "must have texts but has " + Quoted.of(tree.toString()));
    }
    try {
      return require(scalar.text(), minBytes, maxBytes);
    } catch (InvalidValue e) {
      throw new InvalidValue(tree.source(), e.problem());
    }
  }

  private static String require(String text, int minBytes, int maxBytes) throws InvalidValue {
    try {
      return Bounds.requireText("", text, minBytes, maxBytes);
    } catch (InvalidArgumentException e) {
      throw new InvalidValue(withoutField(e));
    }
  }

  private static void requireSize(int size, int max, String what) throws InvalidValue {
    if (size > max) {
      throw new InvalidValue("must have at most " + max + " " + what + " but had " + size);
    }
  }
}
