package io.sluice.server.config;

import java.util.List;
import java.util.Optional;

/**
 * One key of the configuration.
 *
 * @param <T> what its value is read as
 * @param path its path; a name in angle brackets stands for any, {@code []} for entries of a list
 * @param type what its value may be
 * @param fallbackText its default as text, or {@value #REQUIRED}
 * @param fallback its default; of a required key, what stands in for it until the refusal
 */
record Key<T>(String path, Type<T> type, String fallbackText, T fallback) {
  static final String REQUIRED = "required";

  /** A key with a default that is written as a text. */
  static <T> Key<T> of(String path, Type<T> type, String fallbackText) {
    return new Key<>(path, type, fallbackText, parse(type, fallbackText));
  }

  /** A key without a default. */
  static <T> Key<T> required(String path, Type<T> type, T standIn) {
    return new Key<>(path, type, REQUIRED, standIn);
  }

  boolean isRequired() {
    return fallbackText.equals(REQUIRED);
  }

  /** Returns whether it may be written as nothing, which then is not its default. */
  boolean takesNothing() {
    return fallback instanceof Optional;
  }

  /** Returns the last name of the path. */
  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** Returns the names of the path, {@code []} being one. */
  List<String> names() {
    return List.of(path.replace("[]", ".[]").split("\\."));
  }

  private static <T> T parse(Type<T> type, String text) {
    try {
      return type.read(new Tree.Scalar(Source.DEFAULT, text, true));
    } catch (InvalidValue e) {
      throw new IllegalStateException(text + " " + e.problem(), e);
    }
  }
}
