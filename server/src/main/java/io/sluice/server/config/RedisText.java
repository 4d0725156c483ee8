package io.sluice.server.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** How Redis is named. A URL may hold a password, so it is never told back. */
final class RedisText {
  private static final int MAX_BYTES = 4096;
  private static final Pattern URLS =
      Pattern.compile("(rediss?|redis-socket|redis-sentinel)://[^\\s]+");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern CREDENTIALS = Pattern.compile("://[^@/\\s]*@");

  private RedisText() {}

  /** A URL, or several of one cluster with commas in between; or nothing. */
  static Type<Optional<String>> url() {
    String what = "redis://, rediss://, redis-socket:// or redis-sentinel:// and an address";
    return Type.scalar(
        "url",
        "0.." + MAX_BYTES + " bytes",
        what,
        text -> {
          if (text.isEmpty()) {
            return Optional.empty();
          }
          if (text.length() > MAX_BYTES) {
            throw new InvalidValue("must be at most " + MAX_BYTES + " bytes");
          }
          for (String url : text.split(",", -1)) {
            if (!URLS.matcher(url.strip()).matches()) {
              throw new InvalidValue("must be " + what + ", each of several after a comma");
            }
          }
          return Optional.of(text);
        });
  }

  /** A word that is part of a key of Redis. */
  static Type<String> word() {
    String what = "1..64 letters, digits and . _ -";
    return Type.scalar(
        "text",
        what,
        what,
        text -> {
          if (!WORD.matcher(text).matches()) {
            throw InvalidValue.butWas(what, text);
          }
          return text;
        });
  }

  /** Returns a text of URLs without who logs in, and how. */
  static String masked(String urls) {
    return CREDENTIALS.matcher(urls).replaceAll("://***@");
  }
}
