package io.sluice.server.config;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mapping of the configuration while it is read. What should be a mapping and is none has been
 * reported by the {@link Schema} and is read as an empty one without required keys. A value that is
 * wrong is added to the problems and read as its default, so that reading goes on; every value read
 * is recorded with its source.
 */
final class Section {
  private final Reading reading;
  private final Tree.Mapping mapping;
  private final KeyPath path;
  private final boolean isMapping;

  Section(Reading reading, Tree tree, KeyPath path) {
    this.reading = reading;
    this.path = path;
    isMapping = tree instanceof Tree.Mapping || tree.isNull();
    mapping = tree instanceof Tree.Mapping it ? it : new Tree.Mapping(tree.source(), Map.of());
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
      if (key.isRequired() && isMapping) {
        reading.problems().add(mapping.source(), keyPath, "is required");
      }
      reading.effective().put(keyPath.toString(), new Setting(fallbackText, "default"));
      return fallback;
    }
    Tree expanded = value;
    try {
      expanded = reading.placeholders().expand(value);
      T read = key.type().read(expanded);
      String text = expanded.toString();
      Setting setting =
          new Setting(
              key.equals(Keys.REDIS_URL) ? RedisText.masked(text) : text,
              expanded.source().toString());
      reading.effective().put(keyPath.toString(), setting);
      return read;
    } catch (InvalidValue e) {
      reading.problems().add(expanded.source(), keyPath, e);
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
    Tree tree = mapping.find(name);
    Tree nothing = new Tree.Mapping(mapping.source(), Map.of());
    return new Section(reading, tree == null ? nothing : tree, path.child(name));
  }

  /** Returns the section that an entry of the list of a key is. */
  Section item(Key<?> key, int index, Tree tree) {
    return new Section(reading, tree, path.child(key.name()).item(index));
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

  /** A key written as nothing is not there, unless nothing is a value of it. */
  private @Nullable Tree find(Key<?> key) {
    Tree.Member member = mapping.members().get(key.name());
    if (member == null || !member.value().isNull()) {
      return member == null ? null : member.value();
    }
    return key.takesNothing() ? new Tree.Scalar(member.value().source(), "", false) : null;
  }
}
