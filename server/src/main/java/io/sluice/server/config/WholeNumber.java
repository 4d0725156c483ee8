package io.sluice.server.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whole numbers in decimal digits. */
final class WholeNumber {
  private static final Pattern DIGITS = Pattern.compile("[+-]?[0-9]+");

  private WholeNumber() {}

  /** Numbers in a closed range. */
  static Type<Long> in(long min, long max) {
    return Type.scalar(
        "number",
        min + ".." + max,
        "a whole number",
        text -> within(number(text, "a whole number"), text, min, max));
  }

  /** Numbers in a closed range that an int can hold. */
  static Type<Integer> small(int min, int max) {
    Type<Long> wide = in(min, max);
    return new Type<>(
        wide.unit(), wide.bound(), wide.form(), tree -> Math.toIntExact(wide.read(tree)));
  }

  /** Numbers in a closed range, or a word that stands for a number outside it. */
  static Type<Long> orWord(long min, long max, String word, long meaning) {
    String what = "a whole number or " + word;
    return Type.scalar(
        "number or `" + word + "`",
        min + ".." + max,
        what,
        text ->
            text.equals(word) ? Long.valueOf(meaning) : within(number(text, what), text, min, max));
  }

  /** Returns the number, or null if it is outside a long. */
  static @Nullable Long number(String text, String what) throws InvalidValue {
    if (!DIGITS.matcher(text).matches()) {
      throw InvalidValue.butWas(what, text);
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Returns the number if it is there and in the range. */
  static Long within(@Nullable Long number, String text, long min, long max) throws InvalidValue {
    if (number == null || number < min || number > max) {
      throw InvalidValue.butWas("in [" + min + ", " + max + "]", text);
    }
    return number;
  }
}
