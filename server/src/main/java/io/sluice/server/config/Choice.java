package io.sluice.server.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** One of a few words. */
final class Choice {
  private Choice() {}

  /** The constants of an enum, in lower case. */
  static <E extends Enum<E>> Type<E> of(Class<E> constants) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E constant : constants.getEnumConstants()) {
      words.put(constant.name().toLowerCase(Locale.ROOT), constant);
    }
    return among(words);
  }

  /**
   * {@code true} or {@code false}; {@code on}, {@code off}, {@code yes} and {@code no} are texts.
   */
  static Type<Boolean> flag() {
    return between("true", "false");
  }

  /** One word for true, another for false. */
  static Type<Boolean> between(String whenTrue, String whenFalse) {
    Map<String, Boolean> words = new LinkedHashMap<>();
    words.put(whenTrue, true);
    words.put(whenFalse, false);
    return among(words);
  }

  private static <T> Type<T> among(Map<String, T> words) {
    String all = String.join(", ", words.keySet());
    int lastComma = all.lastIndexOf(", ");
    String what = all.substring(0, lastComma) + " or " + all.substring(lastComma + 2);
    return Type.scalar(
        "word",
        all,
        what,
        text -> {
          T value = words.get(text);
          if (value == null) {
            throw InvalidValue.butWas(what, text);
          }
          return value;
        });
  }
}
