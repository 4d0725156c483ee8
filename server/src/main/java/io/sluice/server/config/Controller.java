package io.sluice.server.config;

import java.util.Locale;

/** What finds the rate or the concurrency that a limit gives out. */
enum Controller {
  GOVERNOR,
  AIMD,
  SUCCESS_RATIO,
  AWS_CUBIC,
  GRADIENT_PROBE,
  VEGAS,
  FIXED;

  /** Returns the word for it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
