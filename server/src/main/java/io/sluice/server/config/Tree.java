package io.sluice.server.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A value as written, not yet typed, which knows where it is from. Immutable. */
sealed interface Tree {
  /** Returns where it is from. */
  Source source();

  /** Returns the same tree with other sources. */
  Tree withSources(UnaryOperator<Source> change);

  /** Returns whether this is written as nothing: {@code null}, {@code ~} or an empty place. */
  default boolean isNull() {
    return false;
  }

  /**
   * A text.
   *
   * @param plain it stood without quotes
   */
  record Scalar(Source source, String text, boolean plain) implements Tree {
    @Override
    public Scalar withSources(UnaryOperator<Source> change) {
      return new Scalar(change.apply(source), text, plain);
    }

    @Override
    public boolean isNull() {
      return plain
          && switch (text) {
            case "", "~", "null", "Null", "NULL" -> true;
            default -> false;
          };
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** A list. */
  record Sequence(Source source, List<Tree> items) implements Tree {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public Sequence withSources(UnaryOperator<Source> change) {
      return new Sequence(
          change.apply(source), items.stream().map(item -> item.withSources(change)).toList());
    }

    @Override
    public String toString() {
      return items.toString();
    }
  }

  /** A value and the place of its key. */
  record Member(Source keySource, Tree value) {}

  /** Named values, in the order written. */
  record Mapping(Source source, Map<String, Member> members) implements Tree {
    public Mapping {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** A mapping with one entry, all from one place. */
    static Mapping of(Source source, String key, Tree value) {
      return new Mapping(source, Map.of(key, new Member(source, value)));
    }

    /** Returns a value, or null if there is none or it is written as nothing. */
    @Nullable Tree find(String key) {
      Member member = members.get(key);
      return member == null || member.value().isNull() ? null : member.value();
    }

    /** The same mapping with one entry more, or another. */
    Mapping with(String key, Member member) {
      Map<String, Member> changed = new LinkedHashMap<>(members);
      changed.put(key, member);
      return new Mapping(source, changed);
    }

    /** The same mapping with less. */
    Mapping without(String key) {
      Map<String, Member> changed = new LinkedHashMap<>(members);
      changed.remove(key);
      return new Mapping(source, changed);
    }

    /**
     * Lays another mapping over this one: mappings are merged, everything else is replaced.
     *
     * @return the merged mapping, in the order of this one
     */
    Mapping overlaidWith(Mapping top) {
      Map<String, Member> merged = new LinkedHashMap<>(members);
      top.members.forEach(
          (key, member) -> merged.merge(key, member, (below, above) -> overlay(below, above)));
      return new Mapping(source, merged);
    }

    private static Member overlay(Member below, Member above) {
      boolean deep = below.value() instanceof Mapping && above.value() instanceof Mapping;
      return deep
          ? new Member(
              below.keySource(), ((Mapping) below.value()).overlaidWith((Mapping) above.value()))
          : above;
    }

    @Override
    public Mapping withSources(UnaryOperator<Source> change) {
      Map<String, Member> changed = new LinkedHashMap<>();
      members.forEach(
          (key, member) ->
              changed.put(
                  key,
                  new Member(
                      change.apply(member.keySource()), member.value().withSources(change))));
      return new Mapping(change.apply(source), changed);
    }

    @Override
    public String toString() {
      return members.entrySet().stream()
          .map(entry -> entry.getKey() + ": " + entry.getValue().value())
          .collect(Collectors.joining(", ", "{", "}"));
    }
  }
}
