package io.sluice.server.config;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of the configuration while it is read. A value that is wrong is added to the problems
 * and read as its default, so that reading goes on; every value read is recorded with its source.
 */
final class Section {
  private final Reading reading;
  private final Tree.Mapping mapping;
  private final KeyPath path;

  Section(Reading reading, Tree.Mapping mapping, KeyPath path) {
    this.reading = reading;
    this.mapping = mapping;
    this.path = path;
  }

  /** Reads a key. */
  <T> T get(Key<T> key) {
    return get(key, key.fallback(), key.fallbackText());
  }

  /** Reads a key whose default depends on other keys. */
  <T> T get(Key<T> key, T fallback, String fallbackText) {
    KeyPath keyPath = path.child(key.name());
    Tree value = find(key);
    if (value == null) {
      if (key.isRequired()) {
        reading.problems().add(mapping.source(), keyPath, "is required");
      }
      reading.effective().put(keyPath.toString(), new Setting(fallbackText, "default"));
      return fallback;
    }
    try {
      Tree expanded = reading.placeholders().expand(value);
      T read = key.type().read(expanded);
      Setting setting = new Setting(expanded.toString(), expanded.source().toString());
      reading.effective().put(keyPath.toString(), setting);
      return read;
    } catch (InvalidValue e) {
      reading.problems().add(value.source(), keyPath, e);
      return fallback;
    }
  }

  /** Returns whether a key is there and is not written as nothing. */
  boolean has(String name) {
    return mapping.find(name) != null;
  }

  /** Returns the list that a key has, or null if it has none. */
  Tree.@Nullable Sequence list(Key<?> key) {
    return mapping.find(key.name()) instanceof Tree.Sequence sequence ? sequence : null;
  }

  /** Returns the section of a name; an empty one if there is none. */
  Section section(String name) {
    return at(mapping.find(name), path.child(name));
  }

  /** Returns the section that an entry of the list of a key is. */
  Section item(Key<?> key, int index, Tree tree) {
    return at(tree, path.child(key.name()).item(index));
  }

  /** Returns the names in it, in the order written. */
  Set<String> names() {
    return mapping.members().keySet();
  }

  /** Adds a problem with the whole section. */
  void problem(String text) {
    reading.problems().add(mapping.source(), path, text);
  }

  /** Adds a problem with the value of a key, or with the whole section if it is not there. */
  void problem(String name, String text) {
    Tree value = mapping.find(name);
    reading
        .problems()
        .add(value == null ? mapping.source() : value.source(), path.child(name), text);
  }

  /** Returns its path. */
  String path() {
    return path.toString();
  }

  /** Returns how many problems there are, here and elsewhere. */
  int problemCount() {
    return reading.problems().count();
  }

  private Section at(@Nullable Tree tree, KeyPath treePath) {
    Tree.Mapping found =
        tree instanceof Tree.Mapping inner
            ? inner
            : new Tree.Mapping(tree == null ? mapping.source() : tree.source(), Map.of());
    return new Section(reading, found, treePath);
  }

  /** A key written as nothing is not there, unless nothing is a value of it. */
  private @Nullable Tree find(Key<?> key) {
    Tree.Member member = mapping.members().get(key.name());
    if (member == null || !member.value().isNull()) {
      return member == null ? null : member.value();
    }
    return key.takesNothing() ? new Tree.Scalar(member.value().source(), "", false) : null;
  }
}
