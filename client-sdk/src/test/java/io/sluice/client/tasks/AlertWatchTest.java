package io.sluice.client.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.statistics.ActiveAlert;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlertWatchTest {
  private final List<String> heard = new ArrayList<>();
  private List<ActiveAlert> alerts = List.of();
  private boolean unreachable;
  private final AlertWatch watch =
      new AlertWatch(
          () -> {
            if (unreachable) {
              throw new IOException("no server");
            }
            return alerts;
          },
          new AlertListener() {
            @Override
            public void fired(ActiveAlert alert) {
              heard.add("fired " + alert.id());
              if (alert.id().equals("heap")) {
                throw new IllegalStateException("a bad listener");
              }
            }

            @Override
            public void cleared(ActiveAlert alert) {
              heard.add("cleared " + alert.id());
            }
          });

  @Test
  void s0_23_alertIsToldOnceWhenItFiresOnceWhenItClearsAndAgain() {
    look();
    look(alert("cpu", 1));
    look(alert("cpu", 11));
    look();
    look();
    look(alert("cpu", 2));

    assertThat(heard).containsExactly("fired cpu", "cleared cpu", "fired cpu");
  }

  @Test
  void alertThatFiredAgainBetweenTwoLooksIsToldAgain() {
    look(alert("cpu", 10));
    look(alert("cpu", 3));

    assertThat(heard).containsExactly("fired cpu", "cleared cpu", "fired cpu");
  }

  @Test
  void failuresAreCountedAndHinderNothing() {
    look(alert("heap", 1), alert("cpu", 1));
    unreachable = true;
    look();
    unreachable = false;
    look(alert("heap", 2), alert("cpu", 2));

    assertThat(heard).containsExactly("fired heap", "fired cpu");
    assertThat(watch.failures()).isEqualTo(2);
  }

  private void look(ActiveAlert... now) {
    alerts = List.of(now);
    watch.look();
  }

  private static ActiveAlert alert(String id, int seconds) {
    return new ActiveAlert(id, 0.9, 0.8, Duration.ofSeconds(seconds));
  }
}
