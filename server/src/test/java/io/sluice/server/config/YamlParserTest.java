package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlParserTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          server:\\n\\tlisten: a        | 2:1: found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation) while scanning for the next token
          server: { listen: a           | 1:20: expected ',' or '}', but got <stream end> while parsing a flow mapping
          server: "a                    | 1:11: found unexpected end of stream while scanning a quoted scalar
          a: 1\\n b: 2                  | 2:3: mapping values are not allowed here
          {}\\n---\\n{}                 | 2:1: must be one document but another begins here
          server: *a                    | 1:9: refers to a, which does not stand before it
          server: &a [ *a ]             | 1:14: refers to a, which does not stand before it
          ? [ a ]\\n: 1                 | 1:3: must have a text as key
          ? *a\\n: 1                    | 1:3: must have a text as key
          server: !!map { }             | 1:9: must not have a tag but has tag:yaml.org,2002:map
          server: !x 5                  | 1:9: must not have a tag but has !x
          max: { a: ${X} }              | 1:12: expected ',' or '}', but got { while parsing a flow mapping; between { } or [ ] a placeholder needs quotes: "${NAME}"
          a: \\u0000                    | 1:4: must not contain the character U+0000
          %YAML 9.9\\n---\\n{}          | 1:1: is not YAML: Version{major=9, minor=9}
          """)
  void refuses(String text, String problem) {
    String yaml = text.replace("\\n", "\n").replace("\\t", "\t").replace("\\u0000", "\0");

    assertThat(Load.problems(yaml)).containsExactly(problem);
  }

  @Test
  void refusesALongText() {
    String text = "# ".repeat(YamlParser.MAX_CHARACTERS / 2);

    assertThat(Load.problems(text)).isEmpty();
    assertThat(Load.problems(text + "#"))
        .containsExactly("1:1: must have at most 1048576 characters but had 1048577");
  }

  @Test
  void refusesADeepText() {
    String deep = "[".repeat(YamlParser.MAX_CHARACTERS);

    assertThat(Load.problems(deep)).containsExactly("1:34: must have at most 32 levels");
  }

  @Test
  void refusesAliasesThatUnfoldToMore() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [ laughter, laughter ]\n");
    for (int i = 1; i < 100; i++) {
      String alias = "*a" + (i - 1) + ", ";
      bomb.append("a").append(i).append(": &a").append(i).append(" [ ");
      bomb.append(alias.repeat(9)).append("]\n");
    }

    assertThat(Load.problems(bomb.toString()))
        .containsExactly(
            "6:46: must have at most 1048576 characters, those behind an alias counted each time");
  }

  @Test
  void readsAliasesAsWhatTheyStandFor() {
    String text =
        """
        limits:
          - { name: a, match: { resource: a }, concurrency: &c { max: 5 }, queue: &q { max: 6 } }
          - { name: b, match: { resource: b }, concurrency: *c, queue: *q }
        """;

    assertThat(Load.valid(text).declaredLimits())
        .hasSize(2)
        .allMatch(limit -> limit.policy().capacity() == 5 && limit.queue().max() == 6);
  }
}
