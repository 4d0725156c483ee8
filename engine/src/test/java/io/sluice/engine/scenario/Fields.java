package io.sluice.engine.scenario;

import io.sluice.engine.model.InvalidArgumentException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * One mapping of a scenario file. Whoever has read all that it knows calls {@link #end}, which
 * refuses the rest. Every error names the file, the field, what it must be and what it was.
 */
final class Fields {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)");
  private static final Map<String, Double> UNITS =
      Map.of("ms", 1e6, "s", 1e9, "m", 60e9, "h", 3600e9);

  private final String path;
  private final Map<?, ?> values;
  private final Set<Object> read = new LinkedHashSet<>();

  private Fields(String path, Map<?, ?> values) {
    this.path = path;
    this.values = values;
  }

  /** Parses the text of a file, whose name begins each path. */
  static Fields parse(String file, String text) {
    try {
      LoadSettings settings =
          LoadSettings.builder().setSchema(new FailsafeSchema()).setLabel(file).build();
      return mapping(file + ":", new Load(settings).loadFromString(text));
    } catch (YamlEngineException e) {
      throw new InvalidArgumentException(file, "must be YAML: " + e.getMessage());
    }
  }

  /** Returns these fields with those of another mapping in place of them. */
  Fields with(Fields others) {
    Map<Object, Object> both = new LinkedHashMap<>(values);
    both.putAll(others.values);
    return new Fields(others.path, both);
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** Returns the names of all fields, which count as read. */
  List<String> names() {
    read.addAll(values.keySet());
    return values.keySet().stream().map(String::valueOf).toList();
  }

  String text(String key) {
    if (take(key) instanceof String text && !text.isBlank()) {
      return text.strip();
    }
    throw wrong(key, "must be a text");
  }

  String text(String key, String absent) {
    return has(key) ? text(key) : absent;
  }

  long duration(String key) {
    return duration(key, text(key));
  }

  long duration(String key, long absentNanos) {
    return has(key) ? duration(key) : absentNanos;
  }

  /** Reads a text that is part of a field. */
  long duration(String key, String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw wrong(key, "must be a duration such as 250ms, 1.5s or 1h");
    }
    return Math.round(Double.parseDouble(matcher.group(1)) * UNITS.get(matcher.group(2)));
  }

  int count(String key, int min, int max, int absent) {
    return has(key) ? count(key, min, max) : absent;
  }

  int count(String key, int min, int max) {
    return count(key, text(key), min, max);
  }

  int count(String key, String text, int min, int max) {
    int value = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    if (value < min || value > max) {
      throw wrong(key, "must be a whole number in [" + min + ", " + max + "]");
    }
    return value;
  }

  /** Reads a number of something a second: {@code 8/s}. */
  double perSecond(String key, String text) {
    double value = text.endsWith("/s") ? number(key, text.substring(0, text.length() - 2)) : 0;
    if (value <= 0) {
      throw wrong(key, "must be a rate above 0 such as 8/s");
    }
    return value;
  }

  double number(String key, String text) {
    if (!text.matches("\\d{1,12}(\\.\\d{1,9})?")) {
      throw wrong(key, "must be a number");
    }
    return Double.parseDouble(text);
  }

  <E extends Enum<E>> E choice(String key, Class<E> type) {
    return choice(key, text(key), type);
  }

  <E extends Enum<E>> E choice(String key, Class<E> type, E absent) {
    return has(key) ? choice(key, type) : absent;
  }

  <E extends Enum<E>> E choice(String key, String text, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    throw wrong(
        key,
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", ", "must be one of ", "")));
  }

  /** Reads a list of texts, each of which must be one of those known. */
  List<String> texts(String key, List<String> known) {
    List<String> texts = texts(key);
    if (!known.containsAll(texts)) {
      throw wrong(key, "must be among " + known);
    }
    return texts;
  }

  List<String> texts(String key) {
    if (take(key) instanceof List<?> list && !list.isEmpty()) {
      return list.stream().map(String::valueOf).toList();
    }
    throw wrong(key, "must be a list");
  }

  /** Reads one of those known. */
  String oneOf(String key, List<String> known) {
    String text = text(key);
    if (!known.contains(text)) {
      throw wrong(key, "must be one of " + known);
    }
    return text;
  }

  /** Reads a mapping; an empty one if there is none. */
  Fields section(String key) {
    return mapping(path + key + ".", has(key) ? take(key) : Map.of());
  }

  /** Reads a list of mappings; an empty one if there is none. */
  <T> List<T> sections(String key, Function<Fields, T> reader) {
    if (!has(key)) {
      return List.of();
    }
    if (!(take(key) instanceof List<?> list)) {
      throw wrong(key, "must be a list");
    }
    List<T> result = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      Fields fields = mapping(path + key + "[" + i + "].", list.get(i));
      result.add(reader.apply(fields));
      fields.end();
    }
    return List.copyOf(result);
  }

  /** Refuses what nobody has read. */
  void end() {
    for (Object key : values.keySet()) {
      if (!read.contains(key)) {
        throw new InvalidArgumentException(path + key, "is not known");
      }
    }
  }

  InvalidArgumentException wrong(String key, String must) {
    Object value = values.get(key);
    return new InvalidArgumentException(
        path + key, must + (value == null ? " but is missing" : " but was " + value));
  }

  private static Fields mapping(String path, Object value) {
    if (value instanceof Map<?, ?> map) {
      return new Fields(path, map);
    }
    throw new InvalidArgumentException(path, "must be a mapping but was " + value);
  }

  private Object take(String key) {
    read.add(key);
    return values.get(key);
  }
}
