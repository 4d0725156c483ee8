package io.sluice.engine.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.model.InvalidArgumentException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a scenario file may say. */
class ScenarioFileTest {
  private static final String GOOD =
      """
      chapter: fairness
      title: Two
      text: Two clients.
      duration: 10s
      warm_up: 1s
      limit: { concurrency: 1 }
      clients:
        - { name: a, arrivals: poisson 8/s, service: constant 100ms, patience: 1s }
      changes:
        - { at: 2s, load: 2 }
      loads: [1, 2]
      table: [started]
      claims:
        - { says: All, figure: served, at_least: 10% }
      """;

  @Test
  void readsWhatItIsTold() {
    Scenario scenario = ScenarioFile.parse("a.yaml", GOOD);
    assertThat(scenario.clients().get(0).arrivals()).isEqualTo(new Clients.Arrivals.Poisson(8));
    assertThat(scenario.loads()).containsExactly(1.0, 2.0);
    assertThat(scenario.variants()).hasSize(1);
    assertThat(scenario.claims().get(0).atLeast()).isEqualTo(0.1);
    assertThat(Run.all(scenario)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          chapter: fairness | chapter: luck | chapter must be one of fairness, starvation, overload, recovery but was luck
          title: Two | title: [] | title must be a text but was []
          title: Two | titel: Two | title must be a text but is missing
          text: Two clients. | text: Two, more: 1 | is not known
          duration: 10s | duration: 10 | duration must be a duration such as 250ms, 1.5s or 1h but was 10
          warm_up: 1s | warm_up: 10s | warm_up must be shorter than the duration but was 10s
          warm_up: 1s | interval: 3s | interval must divide the duration into at most 1000 but was 3s
          concurrency: 1 | concurrency: 0 | limit.concurrency must be a whole number in [1, 1000000] but was 0
          concurrency: 1 | concurrency: 1, tll: 3s | limit.tll is not known
          name: a | name: all | clients must have names that differ, none of them all, but was
          poisson 8/s | poisson 8 | clients[0].arrivals must be a rate above 0 such as 8/s but was poisson 8
          poisson 8/s | now | clients[0].arrivals must be poisson 8/s, every 10ms, backlog 20 or burst 500 but was now
          constant 100ms | short | clients[0].service must be constant or exponential and a duration but was short
          load: 2 | load: 0 | changes[0].load must be in (0, 100] but was 0
          load: 2 | crash: a | changes[0].crash must be one of [holders] but was a
          figure: served | figure: luck | claims[0].figure must be one of started
          at_least: 10% | at_least: 10 | claims[0].at_least must be a percentage such as 2.5% but was 10
          at_least: 10% | loads: [3], at_most: 1% | claims[0].loads must be among [1.0, 2.0] but was [3]
          at_least: 10% | clients: b | claims[0].at_most must be there unless at_least is but is missing
          at_least: 10% | clients: b, at_most: 1% | claims[0].clients must be one of [all, a] but was b
          """)
  void namesFileFieldAndValue(String good, String bad, String message) {
    assertThat(GOOD).contains(good);
    String text = GOOD.replace(good, bad.replace("Two, more: 1", "Two\nmore: 1"));
    assertThatThrownBy(() -> ScenarioFile.parse("a.yaml", text))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("a.yaml")
        .hasMessageContaining(message);
  }

  @Test
  void chartIsDrawnToScale() {
    LineChart.Line line = new LineChart.Line("a < b", new double[] {0, 10, Double.NaN, 5});
    double[] x = {0, 1, 2, 4};
    String svg = new LineChart("time (s)", "asks", x, List.of(line)).svg("T & T");
    assertThat(svg)
        .contains("M62.0 280.0L232.5 60.0M744.0 170.0", "a &lt; b", "T &amp; T")
        .startsWith("<svg ");
  }

  @Test
  void percentileIsTheLeastThatSoManyDoNotExceed() {
    Waits waits = new Waits();
    assertThat(waits.percentile(50)).isNaN();
    for (int i = 100; i >= 1; i--) {
      waits.add(i * 1_000_000_000L);
    }
    assertThat(waits.percentile(50)).isEqualTo(50);
    assertThat(waits.percentile(99)).isEqualTo(99);
    assertThat(waits.percentile(100)).isEqualTo(100);
  }
}
