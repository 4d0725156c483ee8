package io.sluice.server.config;

import java.util.ArrayList;
import java.util.List;

/** The path of a key: its names from the root. The name of an entry of a list is {@code [3]}. */
record KeyPath(List<String> names) {
  static final KeyPath ROOT = new KeyPath(List.of());

  KeyPath {
    names = List.copyOf(names);
  }

  KeyPath child(String name) {
    List<String> longer = new ArrayList<>(names);
    longer.add(name);
    return new KeyPath(longer);
  }

  /** The path of an entry of a list, from 0. */
  KeyPath item(int index) {
    return child("[" + index + "]");
  }

  /** Returns the tree that has one value at this path. */
  Tree.Mapping tree(Tree value) {
    Tree tree = value;
    for (int i = names.size() - 1; i > 0; i--) {
      tree = Tree.Mapping.of(value.source(), names.get(i), tree);
    }
    return Tree.Mapping.of(value.source(), names.get(0), tree);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      boolean dot = !text.isEmpty() && !name.startsWith("[");
      text.append(dot ? "." : "").append(Quoted.onOneLine(name));
    }
    return text.toString();
  }
}
