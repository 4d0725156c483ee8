package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.limit.Policy;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.config.ConfigurationInput;
import io.sluice.server.config.ConfigurationLoader;
import io.sluice.server.config.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Concurrency control of workflows: what environments say. The engine's tests have the rest. */
class S1PrefectTest {
  private static final String VARIABLE = "SLUICE_LIMITS_RPA3_CONCURRENCY_MAX";
  private static final String MAX = "limits.rpa3.concurrency.max";
  private static final ConfigurationInput FLOW =
      ConfigurationInput.of(
          "flows.yaml",
          """
          limits:
            - { name: rpa3, match: { resource: flow/rpa3 }, concurrency: { max: 10 } }
            - { name: sort, match: { resource: task/sort }, concurrency: { max: cores } }
          profiles:
            dev: { limits: { rpa3: { concurrency: { max: 5, max_hold: 30s } } } }
            staging: { limits: { rpa3: { concurrency: { max: 8, max_hold: 60s } } } }
            prod:
              limits:
                rpa3:
                  concurrency: { max: "${PRODUCTION_RPA3_MAX_CONCURRENT_TASKS:15}", max_hold: 120s }
          """);

  @ParameterizedTest
  @CsvSource({"dev, 5, 30", "staging, 8, 60", "prod, 15, 120"})
  void s1_06_everyEnvironmentHasItsOwnNumbers(String environment, long max, long seconds)
      throws Exception {
    Policy.Concurrency flow = flow(FLOW.withProfile(environment));

    assertThat(flow.max()).isEqualTo(max);
    assertThat(flow.terms().maxHoldNanos()).isEqualTo(Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void s1_06_argumentBeatsVariableBeatsDefaultAndTheSourceIsTold() throws Exception {
    ConfigurationInput variable = FLOW.withEnvironment(Map.of(VARIABLE, "20"));
    ConfigurationInput argument = variable.withSets(List.of(MAX + "=30"));

    assertThat(max(FLOW)).isEqualTo(new Setting("10", "flows.yaml:2"));
    assertThat(max(variable)).isEqualTo(new Setting("20", "env " + VARIABLE));
    assertThat(max(argument)).isEqualTo(new Setting("30", "--set"));
  }

  @Test
  void s1_06_variableOfOneEnvironmentCountsInThatAlone() throws Exception {
    ConfigurationInput set =
        FLOW.withEnvironment(Map.of("PRODUCTION_RPA3_MAX_CONCURRENT_TASKS", "25"));

    assertThat(flow(set.withProfile("prod")).max()).isEqualTo(25);
    assertThat(flow(set.withProfile("dev")).max()).isEqualTo(5);
  }

  @Test
  void s1_06_badNumberIsRefusedByTheNameOfItsKey() {
    assertThatThrownBy(
            () -> ConfigurationLoader.load(FLOW.withEnvironment(Map.of(VARIABLE, "many"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(VARIABLE, MAX, "many");
  }

  @Test
  void s1_19_workOfTheProcessorIsLimitedByTheCores() throws Exception {
    int processors = Runtime.getRuntime().availableProcessors();

    Configuration configuration = ConfigurationLoader.load(FLOW.withProcessors(processors));

    assertThat(configuration.declaredLimits().get(1).policy().capacity()).isEqualTo(processors);
  }

  private static Policy.Concurrency flow(ConfigurationInput input) throws ConfigurationException {
    return (Policy.Concurrency) ConfigurationLoader.load(input).declaredLimits().get(0).policy();
  }

  private static Setting max(ConfigurationInput input) throws ConfigurationException {
    return ConfigurationLoader.load(input).effective().get(MAX);
  }
}
