package io.sluice.client.tasks;

import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Checks;
import io.sluice.client.internal.Daemons;
import io.sluice.client.statistics.ActiveAlert;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Looks at the server's alerts again and again, and tells a listener what changed: each alert once
 * when it fires, once when it clears, and again when it fires again. Rules and thresholds are the
 * server's; what fires and clears between two looks is missed.
 *
 * <pre>{@code
 * try (AlertWatch watch = AlertWatch.start(client, Duration.ofSeconds(10), alert -> page(alert.id()))) {
 *   work();
 * }
 * }</pre>
 *
 * <p>The listener runs on the thread {@code sluice-alerts}, which looks again only after it. What
 * it throws, and looks that fail, are logged and counted.
 */
public final class AlertWatch implements AutoCloseable {
  private static final Logger log = System.getLogger(AlertWatch.class.getName());

  private final Callable<List<ActiveAlert>> look;
  private final AlertListener listener;
  private final LongAdder failures = new LongAdder();
  private final Map<String, ActiveAlert> active = new LinkedHashMap<>(); // of the one who looks
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(1, Daemons.named("sluice-alerts"));

  AlertWatch(Callable<List<ActiveAlert>> look, AlertListener listener) {
    this.look = look;
    this.listener = listener;
  }

  /**
   * Looks at once, and then in each interval.
   *
   * @param client that asks; its owner's to close, after the watch
   * @param interval between two looks, 10 ms..1 h
   * @param listener to be told
   * @return the watch, to be closed
   * @throws IllegalArgumentException if the interval is outside its bounds
   */
  public static AlertWatch start(SluiceClient client, Duration interval, AlertListener listener) {
    Checks.inRange("interval", interval, Duration.ofMillis(10), Duration.ofHours(1));
    AlertWatch watch = new AlertWatch(() -> client.statistics().alerts(), listener);
    var unused =
        watch.thread.scheduleWithFixedDelay(
            watch::look, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
    return watch;
  }

  /**
   * How often a look or the listener failed.
   *
   * @return since the start
   */
  public long failures() {
    return failures.sum();
  }

  /** Looks no more. A look under way is interrupted. */
  @Override
  public void close() {
    var unused = thread.shutdownNow();
  }

  /** Looks once. */
  void look() {
    List<ActiveAlert> now;
    try {
      now = look.call();
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
      return;
    } catch (Exception notSeen) {
      failed("alerts could not be seen", notSeen);
      return;
    }
    Map<String, ActiveAlert> before = new LinkedHashMap<>(active);
    active.clear();
    now.forEach(alert -> active.put(alert.id(), alert));
    before.values().stream().filter(old -> !goesOn(old)).forEach(this::cleared);
    now.stream().filter(alert -> !isKnown(before, alert)).forEach(this::fired);
  }

  private boolean goesOn(ActiveAlert old) {
    ActiveAlert now = active.get(old.id());
    return now != null && isSame(old, now);
  }

  private static boolean isKnown(Map<String, ActiveAlert> before, ActiveAlert now) {
    ActiveAlert old = before.get(now.id());
    return old != null && isSame(old, now);
  }

  /** One that is active for less long than before cleared and fired again. */
  private static boolean isSame(ActiveAlert old, ActiveAlert now) {
    return now.activeFor().compareTo(old.activeFor()) >= 0;
  }

  private void fired(ActiveAlert alert) {
    tell(() -> listener.fired(alert));
  }

  private void cleared(ActiveAlert alert) {
    tell(() -> listener.cleared(alert));
  }

  private void tell(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException | Error failure) {
      failed("a listener of alerts failed", failure);
    }
  }

  private void failed(String text, Throwable failure) {
    failures.increment();
    log.log(Level.WARNING, text, failure);
  }
}
