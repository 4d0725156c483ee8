package io.sluice.engine.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.model.Bounds;
import io.sluice.engine.provider.ProviderAnswer.Counted;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The headers of each provider, and whatever else may come from a network. */
class ProviderHeadersTest {
  private static final long NOW = Instant.parse("2026-11-06T08:49:00Z").toEpochMilli();

  static Stream<Arguments> pairs() {
    return Stream.of(
        requests(
            "OpenAI",
            "59",
            1_000,
            "x-ratelimit-remaining-requests: 59",
            "x-ratelimit-reset-requests: 1s"),
        requests(
            "OpenAI, ms",
            "4999",
            12,
            "x-ratelimit-remaining-requests: 4999",
            "x-ratelimit-reset-requests: 12ms"),
        requests(
            "Groq",
            "14370",
            179_560,
            "x-ratelimit-remaining-requests: 14370",
            "x-ratelimit-reset-requests: 2m59.56s"),
        requests(
            "a day",
            "1",
            90_061_000,
            "x-ratelimit-remaining-requests: 1",
            "x-ratelimit-reset-requests: 1d1h1m1s"),
        tokens(
            "OpenAI",
            "149984",
            360_000,
            "x-ratelimit-remaining-tokens: 149984",
            "x-ratelimit-reset-tokens: 6m0s"),
        requests(
            "Anthropic",
            "49",
            15_000,
            "anthropic-ratelimit-requests-remaining: 49",
            "anthropic-ratelimit-requests-reset: 2026-11-06T08:49:15Z"),
        tokens(
            "Anthropic",
            "40000",
            15_000,
            "anthropic-ratelimit-tokens-remaining: 40000",
            "anthropic-ratelimit-tokens-reset: 2026-11-06T08:49:15Z"),
        tokens(
            "Anthropic, input and output",
            "100",
            15_000,
            "anthropic-ratelimit-input-tokens-remaining: 40000",
            "anthropic-ratelimit-input-tokens-reset: 2026-11-06T08:49:15Z",
            "anthropic-ratelimit-output-tokens-remaining: 100",
            "anthropic-ratelimit-output-tokens-reset: 2026-11-06T08:49:15Z"),
        requests(
            "GitHub",
            "14",
            64_000,
            "X-RateLimit-Remaining: 14",
            "X-RateLimit-Reset: " + (NOW / 1000 + 64)),
        requests(
            "epoch millis",
            "14",
            64_000,
            "X-RateLimit-Remaining: 14",
            "X-RateLimit-Reset: " + (NOW + 64_000)),
        requests(
            "Reddit", "598", 241_500, "x-ratelimit-remaining: 598.0", "x-ratelimit-reset: 241.5"),
        requests("IETF draft 06", "50", 30_000, "RateLimit-Remaining: 50", "RateLimit-Reset: 30"),
        requests("IETF draft 07", "50", 30_000, "RateLimit: limit=100, remaining=50, reset=30"),
        requests("IETF draft 08", "50", 30_000, "RateLimit: \"default\";r=50;t=30"),
        requests(
            "IETF, several",
            "900",
            36_000,
            "RateLimit: \"burst\";r=50;t=1, \"daily\" ; r=900 ; t=36"),
        requests("IETF, a hostile name", "5", 9_000, "RateLimit: \"a,b;r=1;t=1\\\"\";r=5;t=9"),
        requests(
            "the strictest of all",
            "1",
            60_000,
            "x-ratelimit-remaining: 1",
            "x-ratelimit-reset: 60",
            "RateLimit: \"a\";r=50;t=30"),
        requests(
            "nothing is left, for the longest",
            "0",
            60_000,
            "x-ratelimit-remaining: 0",
            "x-ratelimit-reset: 60",
            "RateLimit: \"a\";r=0;t=30"),
        requests(
            "more than can be counted",
            String.valueOf(Bounds.MAX_PERMITS),
            1_000,
            "ratelimit-remaining: " + "9".repeat(40),
            "ratelimit-reset: 1"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void reads(String name, Counted counted, long remaining, long resetMillis, List<String> headers) {
    ProviderAnswer answer = ProviderHeaders.parse(map(headers), NOW);
    assertThat(answer.budget(counted))
        .isEqualTo(new Budget(remaining, TimeUnit.MILLISECONDS.toNanos(resetMillis)));
    Counted other = counted == Counted.REQUESTS ? Counted.TOKENS : Counted.REQUESTS;
    assertThat(answer.budget(other)).isNull();
    assertThat(answer.retryAfter()).isEqualTo(RetryAfter.ABSENT);
  }

  static Stream<List<String>> nothing() {
    return Stream.of(
        List.of(),
        List.of("content-type: text/plain"),
        List.of("x-ratelimit-remaining: 5"),
        List.of("x-ratelimit-reset: 5"),
        List.of("x-ratelimit-remaining: -1", "x-ratelimit-reset: 60"),
        List.of("x-ratelimit-remaining: 5", "x-ratelimit-reset: 0"),
        List.of("x-ratelimit-remaining: 5", "x-ratelimit-reset: -3"),
        List.of("x-ratelimit-remaining: 5", "x-ratelimit-reset: " + (NOW / 1000 - 5)),
        List.of("x-ratelimit-remaining: 5", "x-ratelimit-reset: 99999999"),
        List.of("x-ratelimit-remaining: NaN", "x-ratelimit-reset: 60"),
        List.of("x-ratelimit-remaining: 5", "x-ratelimit-reset: 6m0"),
        List.of("x-ratelimit-remaining: 5", "x-ratelimit-reset: m"),
        List.of("x-ratelimit-remaining: 5", "x-ratelimit-reset: " + "1s".repeat(9)),
        List.of("x-ratelimit-remaining: 5", "x-ratelimit-reset: "),
        List.of("x-ratelimit-remaining: 5", "x-ratelimit-reset: " + "0".repeat(300) + "9"),
        List.of("RateLimit: "),
        List.of("RateLimit: \"default\";r=50"),
        List.of("RateLimit: \"default\";t=50"),
        List.of("RateLimit: \"default\";r=1;t=1".repeat(20)),
        List.of("RateLimit: \"r=5;t=9"),
        List.of("RateLimit: \"\\"),
        List.of("RateLimit: ,;,;=,=;"));
  }

  @ParameterizedTest
  @MethodSource("nothing")
  void saysThatThereIsNothing(List<String> headers) {
    assertThat(ProviderHeaders.parse(map(headers), NOW)).isEqualTo(ProviderAnswer.NOTHING);
  }

  @Test
  void millisecondsGoBeforeSecondsIfTheyAreUsable() {
    assertThat(retryAfter("retry-after: 30", "Retry-After-Ms: 1500")).isEqualTo(1_500_000_000);
    assertThat(retryAfter("retry-after: 30", "x-ms-retry-after-ms: 20")).isEqualTo(20_000_000);
    assertThat(retryAfter("RETRY-AFTER: 30", "retry-after-ms: soon")).isEqualTo(30_000_000_000L);
    assertThat(retryAfter("x: 1")).isEqualTo(RetryAfter.NONE);
  }

  @Test
  void looksAtNoMoreHeadersThanItsBound() {
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < ProviderHeaders.MAX_HEADERS; i++) {
      headers.put("h" + i, "");
    }
    headers.put("retry-after", "1");
    assertThat(ProviderHeaders.parse(headers, NOW)).isEqualTo(ProviderAnswer.NOTHING);
  }

  /** A million random texts, most of them near to something that is read. */
  @Test
  void aMillionRandomTextsAreReadWithinBoundsOrNotAtAll() {
    SplittableRandom random = new SplittableRandom(7);
    String[] names = {
      "retry-after",
      "retry-after-ms",
      "x-ratelimit-remaining",
      "x-ratelimit-reset",
      "x-ratelimit-remaining-tokens",
      "x-ratelimit-reset-tokens",
      "RateLimit",
    };
    int texts = 0;
    int usable = 0;
    while (texts < 1_000_000) {
      Map<String, String> headers = new LinkedHashMap<>();
      for (String name : names) {
        headers.put(name, text(random));
        texts++;
      }
      ProviderAnswer answer =
          ProviderHeaders.parse(headers, random.nextLong() >> random.nextInt(64));
      long nanos = answer.retryAfter().nanos();
      if (nanos < RetryAfter.NONE || nanos > RetryAfter.MAX_NANOS) {
        throw new AssertionError(headers + " gave " + nanos);
      }
      usable += answer.retryAfter().isUsable() ? 1 : 0;
      usable += answer.requests() == null ? 0 : 1; // a Budget out of bounds cannot be made
      usable += answer.tokens() == null ? 0 : 1;
    }
    assertThat(usable).isGreaterThan(5_000);
  }

  private static String text(SplittableRandom random) {
    String[] parts = {
      "0",
      "1",
      "9",
      "30",
      "1792152901",
      ".",
      "-",
      "+",
      "e",
      "s",
      "ms",
      "m",
      "h",
      ":",
      " ",
      ",",
      ";",
      "r=",
      "t=",
      "\"",
      "\\",
      "=",
      "T",
      "Z",
      "GMT",
      "Fri, ",
      "06 Nov 2026 ",
      "08:49:37",
      "2026-11-06",
      "remaining=",
      "reset=",
      "\u0000",
      "\u0663",
      "\ud800",
      "NaN",
      "\"d\";r=5;t=",
      "99999999999999999999"
    };
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(random.nextInt(20) == 0 ? 300 : 7);
    for (int i = 0; i < length; i++) {
      text.append(
          random.nextInt(9) == 0
              ? String.valueOf((char) random.nextInt(0x10000))
              : parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }

  private static long retryAfter(String... headers) {
    return ProviderHeaders.parse(map(List.of(headers)), NOW).retryAfter().nanos();
  }

  private static Map<String, String> map(List<String> headers) {
    Map<String, String> map = new LinkedHashMap<>();
    for (String header : headers) {
      int colon = header.indexOf(": ");
      map.put(header.substring(0, colon), header.substring(colon + 2));
    }
    return map;
  }

  private static Arguments requests(
      String name, String remaining, long resetMillis, String... headers) {
    return Arguments.of(
        name, Counted.REQUESTS, Long.parseLong(remaining), resetMillis, List.of(headers));
  }

  private static Arguments tokens(
      String name, String remaining, long resetMillis, String... headers) {
    return Arguments.of(
        name, Counted.TOKENS, Long.parseLong(remaining), resetMillis, List.of(headers));
  }
}
