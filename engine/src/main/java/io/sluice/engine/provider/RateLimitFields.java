package io.sluice.engine.provider;

import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code RateLimit} field of draft-ietf-httpapi-ratelimit-headers: since draft 08 a list
 * of policies, {@code "burst";r=50;t=30, "daily";r=900;t=3600}; in draft 07 a dictionary, {@code
 * limit=100, remaining=50, reset=30}. Of several policies the strictest is taken.
 */
final class RateLimitFields {
  private static final int MAX_POLICIES = 16;

  private final String text;
  private int at;
  private @Nullable Budget strictest;
  private double remaining = Double.NaN; // of this policy
  private double resetSeconds = Double.NaN;

  private RateLimitFields(String text) {
    this.text = text;
  }

  /** Returns the strictest budget, null if the text has none. */
  static @Nullable Budget parse(String text) {
    return new RateLimitFields(text).strictest();
  }

  private @Nullable Budget strictest() {
    for (int policies = 0; policies < MAX_POLICIES && at < text.length(); at++) {
      int from = at;
      skipPart();
      readPart(text.substring(from, at).strip());
      boolean ends = at >= text.length() || text.charAt(at) == ',';
      if (ends && !isDictionary()) {
        endPolicy();
        policies++;
      }
    }
    endPolicy();
    return strictest;
  }

  /** Moves to the next separator that is not within a quoted name. */
  private void skipPart() {
    boolean quoted = false;
    while (at < text.length() && (quoted || (text.charAt(at) != ',' && text.charAt(at) != ';'))) {
      if (text.charAt(at) == '"') {
        quoted = !quoted;
      } else if (quoted && text.charAt(at) == '\\') {
        at++;
      }
      at++;
    }
    at = Math.min(at, text.length());
  }

  private void readPart(String part) {
    int equals = part.indexOf('=');
    if (equals < 0) {
      return;
    }
    double number = WrittenNumber.parse(part.substring(equals + 1).strip());
    switch (part.substring(0, equals).strip()) {
      case "r", "remaining" -> remaining = number;
      case "t", "reset" -> resetSeconds = number;
      default -> {}
    }
  }

  /** In a dictionary a comma does not end what belongs together. */
  private boolean isDictionary() {
    return text.indexOf(';') < 0 && text.contains("remaining");
  }

  private void endPolicy() {
    strictest = Budget.stricter(strictest, Budget.of(remaining, resetSeconds * 1e3));
    remaining = Double.NaN;
    resetSeconds = Double.NaN;
  }
}
