package io.sluice.engine.provider;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the headers in which providers tell what is left of a rate: those of OpenAI and the many
 * who copy it, of Anthropic, of GitHub, and of the drafts of the IETF. Where several speak of the
 * same, the strictest is taken.
 */
public final class ProviderHeaders {
  /** Most headers that are looked at. */
  public static final int MAX_HEADERS = 256;

  private static final List<Pair> REQUESTS =
      List.of(
          new Pair("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
          new Pair("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
          new Pair("x-ratelimit-remaining", "x-ratelimit-reset"),
          new Pair("ratelimit-remaining", "ratelimit-reset"));
  private static final List<Pair> TOKENS =
      List.of(
          new Pair("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
          new Pair("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
          new Pair(
              "anthropic-ratelimit-input-tokens-remaining",
              "anthropic-ratelimit-input-tokens-reset"),
          new Pair(
              "anthropic-ratelimit-output-tokens-remaining",
              "anthropic-ratelimit-output-tokens-reset"));
  private static final List<String> RETRY_AFTER_MILLIS =
      List.of("retry-after-ms", "x-ms-retry-after-ms");
  private static final String RETRY_AFTER = "retry-after";
  private static final String RATE_LIMIT = "ratelimit";
  private static final int MAX_NAME_CHARS = 64;

  private final Map<String, String> values;
  private final long epochMillisNow;

  private ProviderHeaders(Map<String, String> values, long epochMillisNow) {
    this.values = values;
    this.epochMillisNow = epochMillisNow;
  }

  /**
   * Reads headers, of whose names the case does not matter; of two that differ only by it, the
   * first is taken.
   *
   * @param epochMillisNow the time of day
   */
  public static ProviderAnswer parse(Map<String, String> headers, long epochMillisNow) {
    if (headers.isEmpty()) {
      return ProviderAnswer.NOTHING;
    }
    Map<String, String> values = new HashMap<>();
    headers.entrySet().stream()
        .limit(MAX_HEADERS)
        .filter(header -> header.getKey().length() <= MAX_NAME_CHARS)
        .forEach(
            header ->
                values.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
    return new ProviderHeaders(values, epochMillisNow).answer();
  }

  private ProviderAnswer answer() {
    Budget requests = strictest(REQUESTS);
    String rateLimit = find(RATE_LIMIT);
    if (rateLimit != null) {
      requests = Budget.stricter(requests, RateLimitFields.parse(rateLimit));
    }
    return new ProviderAnswer(requests, strictest(TOKENS), retryAfter());
  }

  private RetryAfter retryAfter() {
    for (String name : RETRY_AFTER_MILLIS) {
      RetryAfter millis = RetryAfterHeader.parseMillis(values.get(name), epochMillisNow);
      if (millis.isUsable()) {
        return millis;
      }
    }
    return RetryAfterHeader.parse(values.get(RETRY_AFTER), epochMillisNow);
  }

  private @Nullable Budget strictest(List<Pair> pairs) {
    Budget strictest = null;
    for (Pair pair : pairs) {
      String remaining = find(pair.remaining);
      String reset = find(pair.reset);
      if (remaining != null && reset != null) {
        Budget budget = Budget.of(WrittenNumber.parse(remaining), resetMillis(reset));
        strictest = Budget.stricter(strictest, budget);
      }
    }
    return strictest;
  }

  /** A number is seconds, from now or since 1970; else it is a span or an instant. */
  private double resetMillis(String text) {
    double number = WrittenNumber.parse(text);
    if (!Double.isNaN(number)) {
      return WrittenInstant.millisUntil(number, 1e3, epochMillisNow);
    }
    double span = WrittenSpan.parse(text);
    return Double.isNaN(span) ? WrittenInstant.parse(text, epochMillisNow) - epochMillisNow : span;
  }

  private @Nullable String find(String name) {
    String value = values.get(name);
    return value == null || value.length() > RetryAfter.MAX_CHARS ? null : value.strip();
  }

  /** The names of two headers that belong together. */
  private record Pair(String remaining, String reset) {}
}
