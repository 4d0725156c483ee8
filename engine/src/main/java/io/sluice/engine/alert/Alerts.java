package io.sluice.engine.alert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which alerts are active. Each fires once when its figure has been above the threshold for long
 * enough, clears once when it has come back, and may then fire again. A figure in between, or one
 * that nobody told, changes nothing but that it is not above. Not thread-safe.
 */
public final class Alerts {
  private final List<Watched> all;
  private final List<Watched> active = new ArrayList<>();

  /** Creates alerts that are all clear. */
  public Alerts(List<AlertRule> rules) {
    this.all = rules.stream().map(Watched::new).toList();
  }

  /**
   * Looks at the figures.
   *
   * @param values the figures now
   * @param nowNanos a time of any origin that does not go back
   * @return what fired and what cleared, in the order of the rules
   */
  public List<Change> look(Map<AlertMetric, Double> values, long nowNanos) {
    List<Change> changes = new ArrayList<>(0);
    for (Watched watched : all) {
      Double value = values.get(watched.rule.metric());
      if (value != null && !value.isNaN() && watched.isChanged(value, nowNanos)) {
        changes.add(new Change(watched.rule, watched.fired, value));
        if (watched.fired) {
          active.add(watched);
        } else {
          active.remove(watched);
        }
      }
    }
    return changes;
  }

  /** Returns the active ones, in the order in which they fired. */
  public List<Active> active(long nowNanos) {
    return active.stream()
        .map(one -> new Active(one.rule, one.value, nowNanos - one.firedAtNanos))
        .toList();
  }

  private static final class Watched {
    final AlertRule rule;
    boolean fired;
    double value;
    long firedAtNanos;
    private boolean above;
    private long aboveSinceNanos;

    Watched(AlertRule rule) {
      this.rule = rule;
    }

    /** Takes a value in, and returns whether it fired or cleared by that. */
    boolean isChanged(double newValue, long nowNanos) {
      value = newValue;
      if (fired) {
        fired = newValue > rule.clear();
        above = fired && above;
        return !fired;
      }
      boolean nowAbove = newValue > rule.above();
      if (nowAbove && !above) {
        aboveSinceNanos = nowNanos;
      }
      above = nowAbove;
      fired = above && nowNanos - aboveSinceNanos >= rule.forNanos();
      firedAtNanos = nowNanos;
      return fired;
    }
  }

  /**
   * An alert that fired or cleared.
   *
   * @param rule its rule
   * @param fired true = it fired; false = it cleared
   * @param value the figure that made it so
   */
  public record Change(AlertRule rule, boolean fired, double value) {}

  /**
   * An active alert.
   *
   * @param rule its rule
   * @param value the figure when it was last looked at
   * @param forNanos how long ago it fired
   */
  public record Active(AlertRule rule, double value, long forNanos) {}
}
