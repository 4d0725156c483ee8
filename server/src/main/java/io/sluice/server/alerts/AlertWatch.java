package io.sluice.server.alerts;

import io.sluice.engine.alert.AlertMetric;
import io.sluice.engine.alert.AlertRule;
import io.sluice.engine.alert.Alerts;
import io.sluice.engine.stats.Work;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks each second whether an alert fires or clears, and logs it. Thread-safe. */
public final class AlertWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertWatch.class);
  private static final long ENOUGH = 20;

  private final Supplier<Work> work;
  private final LongSupplier clock;
  private final Alerts alerts; // guarded by this
  private final ProcessLoad load; // guarded by this
  private final ScheduledThreadPoolExecutor thread;

  /**
   * Creates it; nothing is looked at before {@link #start}.
   *
   * @param rules when each alert fires and clears
   * @param work tells how the work of the last minute went
   * @param clock the engine's
   */
  public AlertWatch(List<AlertRule> rules, Supplier<Work> work, LongSupplier clock) {
    this.work = work;
    this.clock = clock;
    this.alerts = new Alerts(rules);
    this.load = new ProcessLoad(clock.getAsLong());
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread own = new Thread(task, "sluice-alerts");
              own.setDaemon(true);
              return own;
            });
  }

  /** Begins to look. */
  public void start() {
    var unused = thread.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  /** Returns the alerts that are active, in the order in which they fired. */
  public synchronized List<Alerts.Active> active() {
    return alerts.active(clock.getAsLong());
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void look() {
    try {
      Work recent = work.get();
      look(recent);
    } catch (RuntimeException e) {
      LOG.error("Alerts cannot be looked at", e);
    }
  }

  private synchronized void look(Work recent) {
    long now = clock.getAsLong();
    Map<AlertMetric, Double> values = new EnumMap<>(AlertMetric.class);
    values.put(AlertMetric.ERROR_RATIO, recent.tried() < ENOUGH ? 0 : recent.errorRatio());
    values.put(
        AlertMetric.MEAN_LATENCY,
        recent.latency().count() < ENOUGH ? 0 : recent.latency().meanNanos() / 1e9);
    values.put(AlertMetric.HEAP, ProcessLoad.heap());
    values.put(AlertMetric.CPU, load.cpu(now));
    for (Alerts.Change change : alerts.look(values, now)) {
      AlertRule rule = change.rule();
      if (change.fired()) {
        LOG.warn("Alert: {} is {}, above {}", rule.metric().id(), change.value(), rule.above());
      } else {
        LOG.info("Clear: {} is {} again", rule.metric().id(), change.value());
      }
    }
  }
}
