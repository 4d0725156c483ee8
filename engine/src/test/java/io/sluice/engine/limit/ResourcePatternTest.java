package io.sluice.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.model.InvalidArgumentException;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourcePatternTest {
  @ParameterizedTest
  @CsvSource({
    "openai/*, openai/chat, true",
    "openai/*, openai/chat/gpt, false",
    "openai/*, openai, false",
    "openai/**, openai/chat/gpt, true",
    "openai/**, openai/chat, true",
    "openai/**, openai, true",
    "openai/**, openaix, false",
    "**, a/b/c, true",
    "*, a, true",
    "*, a/b, false",
    "**/chat, chat, true",
    "**/chat, a/b/chat, true",
    "**/chat, a/b/chats, false",
    "a/**/z, a/z, true",
    "a/**/z, a/b/c/z, true",
    "a/**/z, a/b/c/y, false",
    "a/**/b/**/c, a/x/b/b/y/c, true",
    "gpu-*-large, gpu-h100-large, true",
    "gpu-*-large, gpu--large, true",
    "gpu-*-large, gpu-large, false",
    "a*b*c, axbxbxc, true",
    "exact, exact, true",
    "exact, Exact, false",
    "a.c, abc, false",
  })
  void matches(String pattern, String name, boolean expected) {
    assertThat(ResourcePattern.parse(pattern).matches(name)).isEqualTo(expected);
  }

  @Test
  void matchesAsRegularExpressionDoes() {
    for (long seed = 0; seed < 100_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String pattern = pattern(random);
      String name = text(random, "ab/", 8);
      assertThat(ResourcePattern.parse(pattern).matches(name))
          .as("seed %d: %s on %s", seed, pattern, name)
          .isEqualTo(regex(pattern).matcher("/" + name).matches());
    }
  }

  @Test
  @Timeout(10)
  void pathologicalPatternsTakeNoTime() {
    ResourcePattern stars = ResourcePattern.parse("*a".repeat(120) + "b");
    ResourcePattern segments = ResourcePattern.parse("**/a/".repeat(50) + "b");
    String as = "a".repeat(256);
    String path = "a/".repeat(127) + "a";
    for (int i = 0; i < 1_000; i++) {
      assertThat(stars.matches(as)).isFalse();
      assertThat(segments.matches(path)).isFalse();
    }
  }

  @Test
  void refusesStarsWithinSegmentAndBadTexts() {
    for (String bad : new String[] {"a**", "**b", "a/***/b", "a/x**y"}) {
      assertThatExceptionOfType(InvalidArgumentException.class)
          .isThrownBy(() -> ResourcePattern.parse(bad))
          .withMessage("match.resource must have ** only as a whole segment but was " + bad);
    }
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> ResourcePattern.parse(""))
        .withMessage("match.resource must be 1..256 bytes of UTF-8 but was 0");
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(() -> ResourcePattern.parse("é".repeat(129)))
        .withMessage("match.resource must be 1..256 bytes of UTF-8 but was 258");
  }

  @Test
  void equalsByItsText() {
    assertThat(ResourcePattern.parse("a/*"))
        .isEqualTo(ResourcePattern.parse("a/*"))
        .hasSameHashCodeAs(ResourcePattern.parse("a/*"))
        .hasToString("a/*")
        .isNotEqualTo(ResourcePattern.parse("a/**"))
        .isNotEqualTo("a/*");
  }

  private static String pattern(SplittableRandom random) {
    StringBuilder pattern = new StringBuilder();
    int segments = 1 + random.nextInt(4);
    for (int i = 0; i < segments; i++) {
      String segment = random.nextInt(3) == 0 ? "**" : text(random, "ab*", 4).replace("**", "*");
      pattern.append(i == 0 ? "" : "/").append(segment.replace("***", "*"));
    }
    String text = pattern.toString();
    return text.isEmpty() || hasInnerStars(text) ? "a" : text;
  }

  private static boolean hasInnerStars(String pattern) {
    for (String segment : pattern.split("/", -1)) {
      if (segment.contains("**") && !segment.equals("**")) {
        return true;
      }
    }
    return false;
  }

  private static String text(SplittableRandom random, String alphabet, int max) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(max + 1);
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  /** Each segment with a slash before it, so that {@code **} may take its slashes with it. */
  private static Pattern regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (String segment : pattern.split("/", -1)) {
      regex.append(
          segment.equals("**")
              ? "(?:/[^/]*)*"
              : "/" + Pattern.quote(segment).replace("*", "\\E[^/]*\\Q"));
    }
    return Pattern.compile(regex.toString());
  }
}
