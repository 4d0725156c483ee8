package io.sluice.client.internal;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Refuses values outside their bounds, by name, bound and value. */
public final class Checks {
  /** The longest that anything here may be told to take. */
  public static final Duration DAY = Duration.ofHours(24);

  private Checks() {}

  /**
   * Checks a number.
   *
   * @param name what it is
   * @param value of it
   * @param min the least that is allowed
   * @param max the most that is allowed
   * @return the value
   * @throws IllegalArgumentException if it is outside
   */
  public static int inRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw outside(name, min, max, value);
    }
    return value;
  }

  /**
   * Checks a number with a fraction; NaN is outside of everything.
   *
   * @param name what it is
   * @param value of it
   * @param min the least that is allowed
   * @param max the most that is allowed
   * @return the value
   * @throws IllegalArgumentException if it is outside
   */
  public static double inRange(String name, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw outside(name, min, max, value);
    }
    return value;
  }

  /**
   * Checks a time.
   *
   * @param name what it is
   * @param value of it
   * @param min the least that is allowed
   * @param max the most that is allowed
   * @return the value
   * @throws IllegalArgumentException if it is outside
   */
  public static Duration inRange(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw outside(name, min, max, value);
    }
    return value;
  }

  /**
   * Reads a number from the environment of the process.
   *
   * @param environment names and values
   * @param name of the variable
   * @param otherwise what holds where it is not set
   * @param min the least that is allowed
   * @param max the most that is allowed
   * @return the number
   * @throws IllegalArgumentException if the variable is no number, or outside
   */
  public static int variable(
      Map<String, String> environment, String name, int otherwise, int min, int max) {
    @Nullable String text = environment.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return inRange(name, Integer.parseInt(text.strip()), min, max);
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException(
          name + " must be a whole number in [" + min + ", " + max + "] but was " + text,
          notANumber);
    }
  }

  private static IllegalArgumentException outside(
      String name, Object min, Object max, Object value) {
    return new IllegalArgumentException(
        name + " must be in [" + min + ", " + max + "] but was " + value);
  }
}
