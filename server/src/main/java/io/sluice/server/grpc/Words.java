package io.sluice.server.grpc;

import io.sluice.engine.model.InvalidArgumentException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Constants as they stand in texts: in small letters, as the configuration has them. */
final class Words {
  private Words() {}

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the name that a field of a record has on the wire. */
  static String snake(String component) {
    return component.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a constant.
   *
   * @throws InvalidArgumentException if there is none of that word
   */
  static <E extends Enum<E>> E read(String field, String text, Class<E> type) {
    List<String> words = Arrays.stream(type.getEnumConstants()).map(Words::of).toList();
    int index = words.indexOf(text);
    if (index < 0) {
      throw new InvalidArgumentException(
          field, "must be one of " + String.join(", ", words) + " but was " + text);
    }
    return type.getEnumConstants()[index];
  }
}
