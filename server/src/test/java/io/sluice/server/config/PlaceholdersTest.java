package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceholdersTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("SOCKET", "s.sock", "DIR", "/run", "EMPTY", "", "ODD", "${DIR}$1\\");

  @ParameterizedTest
  @CsvSource({
    "${SOCKET}, s.sock",
    "${DIR}/${SOCKET}, /run/s.sock",
    "${UNSET:run/a.sock}, run/a.sock",
    "${SOCKET:run/a.sock}, s.sock",
    "a${EMPTY:b}c, ac",
    "${UNSET:}x, x",
    "${UNSET:a:b}, a:b",
    "'\"${UNSET:a b}\"', a b",
    "'''${DIR}/x''', /run/x",
    "$${DIR}, ${DIR}",
    "$$${DIR}, $${DIR}",
    "$DIR, $DIR",
    "a$, a$",
    "${ODD}, ${DIR}$1\\",
  })
  void isReplaced(String written, String expected) {
    assertThat(
            Load.valid(Load.input("server:\n  uds: " + written).withEnvironment(ENVIRONMENT))
                .server()
                .udsPath())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "${UNSET}   | needs the environment variable UNSET, which is not set; ${UNSET:default}"
            + " would do without",
        "${SOCKET   | must have placeholders such as ${NAME} or ${NAME:default} but was ${SOCKET",
        "${}        | must have placeholders such as ${NAME} or ${NAME:default} but was ${}",
        "${1A}      | must have placeholders such as ${NAME} or ${NAME:default} but was ${1A}",
        "${A-B}     | must have placeholders such as ${NAME} or ${NAME:default} but was ${A-B}",
      })
  void isRefused(String written, String problem) {
    assertThat(Load.problems(Load.input("server:\n  uds: " + written).withEnvironment(ENVIRONMENT)))
        .containsExactly("2:8: server.uds: " + problem);
  }

  @Test
  void standsInNamesListsAndMappings() {
    String file =
        """
        limits:
          - name: ${NAME}
            match: { resource: "${R}/*", attributes: { tier: "${T:free}" } }
            key: [ "${K:tenant}" ]
            rate: { permits: "${P:60}", per: "${D:1m}" }
        """;
    Configuration configuration =
        Load.valid(Load.input(file).withEnvironment(Map.of("NAME", "chat", "R", "openai")));

    assertThat(configuration.declaredLimits().get(0).toString())
        .contains("name=chat", "openai/*", "tier=free", "key=[tenant]", "permits=60");
    assertThat(configuration.effective().get("limits.chat.match.resource"))
        .isEqualTo(new Setting("openai/*", "sluice.yaml:3 (${R})"));
  }

  @Test
  void isNotNeededWhereItIsOverridden() {
    ConfigurationInput input = Load.input("server:\n  uds: ${UNSET}\n");

    assertThat(Load.problems(input)).hasSize(1);
    assertThat(Load.problems(input.withEnvironment(Map.of("SLUICE_SERVER_UDS", "a")))).isEmpty();
  }

  @Test
  void isNotLookedAtInVariablesAndProfilesThatAreNotChosen() {
    String file = "profiles: { p: { server: { uds: \"${UNSET}\" } } }";

    assertThat(Load.problems(file)).isEmpty();
    assertThat(Load.problems(Load.input(file).withProfile("p"))).hasSize(1);
    assertThat(
            Load.valid(Load.input("").withEnvironment(Map.of("SLUICE_SERVER_UDS", "${X}")))
                .server()
                .udsPath())
        .isEqualTo("${X}");
  }
}
