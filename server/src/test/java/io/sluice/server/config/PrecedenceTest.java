package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueRules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flags over the environment over the profile over the file over the defaults. */
class PrecedenceTest {
  private static final String FILE =
      """
      limits:
        - name: jobs
          match: { resource: pipeline/jobs }
          concurrency: { max: 2 }
          queue: { max: 100 }
        - name: chat.v1
          match: { resource: "chat/*", attributes: { tier: free } }
          key: [tenant]
          rate: { permits: 3 }
      devices:
        gpu-0: { inventory: fake:1x100 }
      profiles:
        dev:
        prod: { limits: { jobs: { concurrency: { max: 4 }, queue: { max: 1000 } } } }
        high: { limits: { jobs: { concurrency: { max: 8 }, queue: { max: 2000 } } } }
        idle:
          server: { admin: null }
          limits:
            jobs: { queue: }
            chat.v1: { key: [], match: { attributes: { region: eu } } }
        rated: { limits: { jobs: { concurrency: null, rate: { permits: 5 } } } }
        pooled:
          devices: { more: { inventory: fake:2x100 } }
          limits: { jobs: { concurrency: , devices: { pool: more } } }
      """;

  @ParameterizedTest
  @CsvSource({
    // profile, variable, flag, expected, source
    ",,, 2, sluice.yaml:4",
    "dev,,, 2, sluice.yaml:4",
    "prod,,, 4, sluice.yaml:14 (profile prod)",
    "high,,, 8, sluice.yaml:15 (profile high)",
    "high, 9,, 9, env SLUICE_LIMITS_JOBS_CONCURRENCY_MAX",
    ",9,, 9, env SLUICE_LIMITS_JOBS_CONCURRENCY_MAX",
    "high, 9, 10, 10, --set",
    ", , 10, 10, --set",
  })
  void theStrongerLayerWins(
      String profile, String variable, String flag, long expected, String source) {
    ConfigurationInput input = Load.input(FILE).withProfile(profile);
    if (variable != null) {
      input = input.withEnvironment(Map.of("SLUICE_LIMITS_JOBS_CONCURRENCY_MAX", variable));
    }
    if (flag != null) {
      input = input.withSets(List.of("limits.jobs.concurrency.max=" + flag));
    }
    Configuration configuration = Load.valid(input);

    assertThat(jobs(configuration).policy().capacity()).isEqualTo(expected);
    assertThat(configuration.effective().get("limits.jobs.concurrency.max"))
        .isEqualTo(new Setting(String.valueOf(expected), source));
  }

  @ParameterizedTest
  @CsvSource({
    "         , , , 100, ''",
    "         , , dev, 100, dev",
    "         , prod, , 1000, prod",
    "         , prod, dev, 1000, prod",
    "high, prod, dev, 2000, high",
  })
  void aProfileIsChosenByFlagElseVariableElseFile(
      String flag, String variable, String inFile, int queueMax, String effective) {
    String file = inFile == null ? FILE : "profile: " + inFile + "\n" + FILE;
    ConfigurationInput input = Load.input(file).withProfile(flag);
    if (variable != null) {
      input = input.withEnvironment(Map.of("SLUICE_PROFILE", variable));
    }
    Configuration configuration = Load.valid(input);

    assertThat(jobs(configuration).queue().max()).isEqualTo(queueMax);
    assertThat(configuration.effective().get("profile").value()).isEqualTo(effective);
  }

  @Test
  void anUnknownProfileIsRefusedWhereItIsChosen() {
    assertThat(Load.problems(Load.input(FILE).withProfile("prood")))
        .containsExactly("--profile: profile: must be a profile but was prood; did you mean prod?");
    assertThat(Load.problems(Load.input(FILE).withSets(List.of("profile=staging"))))
        .containsExactly(
            "--set: profile: must be a profile but was staging; there are dev, prod, high, idle,"
                + " rated, pooled");
    assertThat(Load.problems(Load.input(FILE).withEnvironment(Map.of("SLUICE_PROFILE", "x"))))
        .singleElement()
        .asString()
        .startsWith("SLUICE_PROFILE: profile: ");
  }

  @Test
  void aProfileMergesMappingsReplacesListsAndResetsByNothing() {
    Configuration configuration = Load.valid(Load.input(FILE).withProfile("idle"));
    Limit chat = configuration.declaredLimits().get(1);

    assertThat(configuration.server().admin()).isNull();
    assertThat(jobs(configuration).queue().max()).isEqualTo(QueueRules.DEFAULT.max());
    assertThat(chat.key()).isEmpty();
    assertThat(chat.match().attributes())
        .containsExactlyInAnyOrderEntriesOf(Map.of("tier", "free", "region", "eu"));
  }

  @Test
  void aProfileMayChangeTheKindAndAddPools() {
    assertThat(jobs(Load.valid(Load.input(FILE).withProfile("rated"))).policy())
        .isInstanceOf(Policy.Rate.class);
    assertThat(jobs(Load.valid(Load.input(FILE).withProfile("pooled"))).policy())
        .isInstanceOf(Policy.Devices.class);
  }

  @Test
  void valuesOfAProfileAreRefusedWhenItIsChosen() {
    String file = FILE + "  bad: { limits: { jobs: { concurrency: { max: x } } } }\n";

    assertThat(Load.problems(file)).isEmpty();
    assertThat(Load.problems(Load.input(file).withProfile("bad")))
        .containsExactly(
            "25:48: limits.jobs.concurrency.max: must be a whole number or cores but was x"
                + " (profile bad)");
  }

  @Test
  void anyKeyMayBeSetByVariable() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("SLUICE_SERVER_LISTEN", "127.0.0.1:0");
    environment.put("SLUICE_SERVER_ADMIN", "");
    environment.put("SLUICE_LIMITS_CHAT_V1_KEY", "[tenant, model]");
    environment.put("SLUICE_LIMITS_CHAT_V1_MATCH_ATTRIBUTES", "{ tier: paid }");
    environment.put("SLUICE_DEVICES_GPU_0_INVENTORY", "[ { uuid: a, memory_mib: 5 } ]");
    Configuration configuration = Load.valid(Load.input(FILE).withEnvironment(environment));
    Limit chat = configuration.declaredLimits().get(1);

    assertThat(configuration.server().listen().port()).isZero();
    assertThat(configuration.server().admin()).isNull();
    assertThat(chat.key()).containsExactly("tenant", "model");
    assertThat(chat.match().attributes()).containsExactlyEntriesOf(Map.of("tier", "paid"));
    assertThat(configuration.devices().get("gpu-0"))
        .extracting(source -> ((InventorySource.Static) source).devices().get(0).uuid())
        .isEqualTo("a");
  }

  @Test
  void theLaterFlagWinsAndAValueMayHaveAnEqualsSign() {
    Configuration configuration =
        Load.valid(
            Load.input(FILE)
                .withSets(
                    List.of("server.uds=/a", "server.uds=/b=c", "limits.chat.v1.rate.permits=9")));

    assertThat(configuration.server().udsPath()).isEqualTo("/b=c");
    assertThat(configuration.declaredLimits().get(1).policy().capacity()).isEqualTo(9);
  }

  @Test
  void aBadOverrideIsRefusedWithItsName() {
    assertThat(
            Load.problems(
                Load.input(FILE)
                    .withEnvironment(
                        Map.of(
                            "SLUICE_LIMITS_JOBS_CONCURRENCY_MAX", "abc",
                            "SLUICE_LIMITS_CHAT_V1_KEY", "[",
                            "SLUICE_LIMITS_JOBS_RATE_PERMITS", "5"))
                    .withSets(List.of("server.insecure=on", "limits.jobs.name=x", "nothing"))))
        .containsExactly(
            "2:5: limits.jobs: must have exactly one of rate, concurrency and devices but has rate"
                + " and concurrency",
            "SLUICE_LIMITS_CHAT_V1_KEY: limits.chat.v1.key: expected the node content, but found"
                + " '<stream end>' while parsing a flow node",
            "SLUICE_LIMITS_JOBS_CONCURRENCY_MAX: limits.jobs.concurrency.max: must be a whole"
                + " number or cores but was abc",
            "--set: limits.jobs.name: is not a key; did you mean limits.jobs.mode?",
            "--set: nothing: must be KEY=VALUE",
            "--set: server.insecure: must be true or false but was on");
  }

  @ParameterizedTest
  @CsvSource({
    "SLUICE_SERVER_LISTN, SLUICE_SERVER_LISTN: is not a key; did you mean SLUICE_SERVER_LISTEN?",
    "SLUICE_SERVER_COLOUR, SLUICE_SERVER_COLOUR: is not a key",
    "SLUICE_LIMIT_JOBS_QUEUE_MAX, SLUICE_LIMIT_JOBS_QUEUE_MAX: is not a key; did you mean"
        + " SLUICE_LIMITS_JOBS_QUEUE_MAX?",
    "SLUICE_PROFIL, SLUICE_PROFIL: is not a key; did you mean SLUICE_PROFILE?",
  })
  void aMisspeltVariableIsRefused(String variable, String problem) {
    assertThat(Load.problems(Load.input(FILE).withEnvironment(Map.of(variable, "1"))))
        .containsExactly(problem);
  }

  @ParameterizedTest
  @CsvSource({
    "SLUICE_CONFIG",
    "SLUICE_TARGET",
    "SLUICE_HOME",
    "SLUICE_JAVA_OPTS",
    "SLUICE_ELSE",
    "SLUICE_PORT",
    "SLUICE_PORT_7400_TCP_ADDR",
    "SLUICE_SERVER_SERVICE_HOST",
    "SLUICE_SERVER_SERVICE_PORT_GRPC",
    "SLUICE_SERVER_PORT",
    "SLUICED",
    "PATH"
  })
  void aVariableThatIsNoKeyIsLeftAlone(String variable) {
    assertThat(Load.problems(Load.input(FILE).withEnvironment(Map.of(variable, "x")))).isEmpty();
  }

  @Test
  void aVariableOfTwoKeysIsRefused() {
    String file =
        """
        limits:
          - { name: a-b, match: { resource: a }, concurrency: { max: 1 } }
          - { name: a_b, match: { resource: b }, concurrency: { max: 1 } }
        """;
    String variable = "SLUICE_LIMITS_A_B_QUEUE_MAX";

    assertThat(Load.problems(Load.input(file).withEnvironment(Map.of(variable, "5"))))
        .containsExactly(
            variable + ": could mean limits.a-b.queue.max or limits.a_b.queue.max; use --set");
    assertThat(Load.problems(Load.input(file).withSets(List.of("limits.a-b.queue.max=5"))))
        .isEmpty();
  }

  private static Limit jobs(Configuration configuration) {
    return configuration.declaredLimits().get(0);
  }
}
