package io.sluice.server.inventory;

import io.sluice.engine.device.DeviceReading;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again which devices there are, on a thread of its own. A look that fails changes
 * nothing: the last inventory stays. What changes is logged once.
 */
public final class InventoryPoll implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InventoryPoll.class);

  private final Source source;
  private final TwoInARow believed; // of the polling thread
  private final Consumer<List<DeviceReading>> sink;
  private final long everyNanos;
  private final ScheduledThreadPoolExecutor thread;
  private volatile String problem = "";

  /**
   * Creates a poll that has not begun.
   *
   * @param source tells what there is
   * @param known the devices that the sink knows already
   * @param everyNanos how long after one look the next begins
   * @param sink told what there is after each look that succeeds
   */
  public InventoryPoll(
      Source source,
      List<DeviceReading> known,
      long everyNanos,
      Consumer<List<DeviceReading>> sink) {
    this.source = source;
    this.everyNanos = everyNanos;
    this.believed = new TwoInARow(known);
    this.sink = sink;
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread own = new Thread(task, "sluice-inventory");
              own.setDaemon(true);
              return own;
            });
  }

  /** Begins: looks at once, and then again and again. */
  public void start() {
    var unused = thread.scheduleWithFixedDelay(this::look, 0, everyNanos, TimeUnit.NANOSECONDS);
  }

  /** Returns why the last look failed; empty if it did not. */
  public String problem() {
    return problem;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  void look() {
    String now = "";
    try {
      sink.accept(believed.after(source.read()));
    } catch (IOException | RuntimeException e) {
      now = Objects.requireNonNullElse(e.getMessage(), e.getClass().getName());
    }
    if (now.equals(problem) || thread.isShutdown()) {
      return;
    }
    if (now.isEmpty()) {
      LOG.info("The device inventory can be read again");
    } else {
      LOG.warn("The device inventory cannot be read and stays as it was: {}", now);
    }
    problem = now;
  }

  /** Tells which devices there are. */
  @FunctionalInterface
  public interface Source {
    /**
     * Looks.
     *
     * @throws IOException if it cannot be known now
     */
    List<DeviceReading> read() throws IOException;
  }
}
