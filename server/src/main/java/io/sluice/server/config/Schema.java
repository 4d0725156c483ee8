package io.sluice.server.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys as a tree: which names may stand where, whatever their values. */
final class Schema {
  static final Schema ROOT = of(Keys.ALL);

  /** The name under which the entries of a list are. */
  private static final String ITEMS = "[]";

  private final Map<String, Schema> children = new LinkedHashMap<>();
  private @Nullable Schema any;
  private @Nullable Key<?> key;

  private static Schema of(List<Key<?>> keys) {
    Schema root = new Schema();
    for (Key<?> key : keys) {
      Schema schema = root;
      for (String name : key.names()) {
        schema = schema.enter(name);
      }
      schema.key = key;
    }
    return root;
  }

  private Schema enter(String name) {
    if (name.startsWith("<")) {
      any = any == null ? new Schema() : any;
      return any;
    }
    return children.computeIfAbsent(name, added -> new Schema());
  }

  /** Adds every key of a tree that is unknown, and every section that is none, to the problems. */
  void check(Tree tree, KeyPath path, Problems problems) {
    if (key != null) {
      checkItems(tree, path, problems);
    } else if (tree instanceof Tree.Mapping mapping) {
      mapping.members().forEach((name, member) -> checkMember(name, member, path, problems));
    } else if (!tree.isNull()) {
      String known = any == null ? ", with the keys " + String.join(", ", children.keySet()) : "";
      problems.add(tree.source(), path, "must be a mapping" + known);
    }
  }

  private void checkItems(Tree tree, KeyPath path, Problems problems) {
    Schema items = children.get(ITEMS);
    if (items != null && tree instanceof Tree.Sequence sequence) {
      for (int i = 0; i < sequence.items().size(); i++) {
        items.check(sequence.items().get(i), path.item(i), problems);
      }
    }
  }

  private void checkMember(String name, Tree.Member member, KeyPath path, Problems problems) {
    Schema child = any == null ? children.get(name) : any;
    if (child == null) {
      problems.add(
          member.keySource(), path.child(Quoted.of(name)), unknown(name, children.keySet()));
    } else {
      child.check(member.value(), path.child(Quoted.of(name)), problems);
    }
  }

  /** Says that a name is unknown, and what it may have been meant to be. */
  static String unknown(String name, Set<String> known) {
    String nearest = Spelling.nearest(name, known);
    return nearest == null
        ? "is not a key; known here: " + String.join(", ", known)
        : "is not a key; did you mean " + nearest + "?";
  }
}
