package io.sluice.client.tasks;

import java.time.Duration;

/** The bounds of what a caller configures, refused with the name, the bound and the value. */
final class Checks {
  static final Duration DAY = Duration.ofHours(24);

  private Checks() {}

  static void inRange(String name, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw outside(name, min + ", " + max, value);
    }
  }

  static void inRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw outside(name, min + ", " + max, value);
    }
  }

  static void inRange(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw outside(name, min + ", " + max, value);
    }
  }

  private static IllegalArgumentException outside(String name, String range, Object value) {
    return new IllegalArgumentException(name + " must be in [" + range + "] but was " + value);
  }
}
