package io.sluice.engine.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.model.InvalidArgumentException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AlertsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final AlertRule ERRORS = new AlertRule(AlertMetric.ERROR_RATIO, 0.1, 0.05, 0);
  private static final AlertRule BUSY = new AlertRule(AlertMetric.CPU, 0.8, 0.7, 3 * SECOND);

  @Test
  void S0_23_firesOnceClearsOnceAndFiresAgain() {
    Alerts alerts = new Alerts(List.of(ERRORS));
    assertThat(look(alerts, 0.1, 0)).isEmpty();
    assertThat(look(alerts, 0.2, 1)).containsExactly(new Alerts.Change(ERRORS, true, 0.2));
    assertThat(look(alerts, 0.3, 2)).isEmpty();
    assertThat(alerts.active(2 * SECOND)).containsExactly(new Alerts.Active(ERRORS, 0.3, SECOND));
    assertThat(look(alerts, 0.07, 3)).as("between the thresholds").isEmpty();
    assertThat(alerts.active(3 * SECOND)).hasSize(1);
    assertThat(look(alerts, 0.05, 4)).containsExactly(new Alerts.Change(ERRORS, false, 0.05));
    assertThat(look(alerts, 0.01, 5)).isEmpty();
    assertThat(alerts.active(5 * SECOND)).isEmpty();
    assertThat(look(alerts, 0.2, 6)).containsExactly(new Alerts.Change(ERRORS, true, 0.2));
  }

  @Test
  void onlyWhatLastsFires() {
    Alerts alerts = new Alerts(List.of(BUSY));
    assertThat(busy(alerts, 0.9, 0)).isEmpty();
    assertThat(busy(alerts, 0.9, 2)).isEmpty();
    assertThat(busy(alerts, 0.75, 3)).as("a break begins the time anew").isEmpty();
    assertThat(busy(alerts, 0.9, 4)).isEmpty();
    assertThat(busy(alerts, 0.9, 6)).isEmpty();
    assertThat(busy(alerts, 0.9, 7)).hasSize(1);
    assertThat(busy(alerts, 0.1, 8)).hasSize(1);
    assertThat(busy(alerts, 0.9, 9)).as("it has to last again").isEmpty();
    assertThat(busy(alerts, 0.9, 12)).hasSize(1);
  }

  @Test
  void aFigureThatNobodyKnowsChangesNothing() {
    Alerts alerts = new Alerts(List.of(ERRORS, BUSY));
    assertThat(alerts.look(Map.of(), 0)).isEmpty();
    assertThat(look(alerts, Double.NaN, 1)).isEmpty();
    assertThat(alerts.active(0)).isEmpty();
  }

  @Test
  void thoseActiveAreInTheOrderInWhichTheyFired() {
    AlertRule heap = new AlertRule(AlertMetric.HEAP, 0.85, 0.8, 0);
    Alerts alerts = new Alerts(List.of(heap, ERRORS));
    var unused = look(alerts, 0.5, 0);
    unused = alerts.look(Map.of(AlertMetric.HEAP, 0.9), SECOND);
    assertThat(alerts.active(SECOND)).extracting(a -> a.rule()).containsExactly(ERRORS, heap);
  }

  @Test
  void refusesThresholdsThatAreNone() {
    refused(Double.NaN, 0, 0, "above must be a number in [0, infinity) but was NaN");
    refused(-1, 0, 0, "above must be a number in [0, infinity) but was -1.0");
    refused(1, 2, 0, "clear must be in [0, 1.0], which is above, but was 2.0");
    refused(1, 0, -1, "for nanoseconds must be in [0, 86400000000000] but was -1");
  }

  private static void refused(double above, double clear, long forNanos, String message) {
    assertThatThrownBy(() -> new AlertRule(AlertMetric.CPU, above, clear, forNanos))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage(message);
  }

  private static List<Alerts.Change> look(Alerts alerts, double value, long second) {
    return alerts.look(Map.of(AlertMetric.ERROR_RATIO, value), second * SECOND);
  }

  private static List<Alerts.Change> busy(Alerts alerts, double value, long second) {
    return alerts.look(Map.of(AlertMetric.CPU, value), second * SECOND);
  }
}
