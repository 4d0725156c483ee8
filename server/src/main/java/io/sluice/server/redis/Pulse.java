package io.sluice.server.redis;

import io.sluice.engine.store.shared.Ledger.Health;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heartbeat of this process: says that it lives, hears which generation of the ledger this is,
 * and is the probe that finds Redis again when it was out of reach.
 *
 * <p>Thread-safe. One heartbeat is under way at a time.
 */
final class Pulse {
  private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);
  private static final long SHORTEST_PROBE_MILLIS = 250;
  private static final long LONGEST_PROBE_MILLIS = 500;

  /** Failures in a row after which the connection is made anew. */
  private static final int HOPELESS = 8;

  private final Link link;
  private final KeySpace keySpace;
  private final String process;
  private final Duration period;
  private final Breaker breaker;
  private final ScheduledExecutorService timer;
  private final Runnable changed;
  private boolean beating; // guarded by this
  private boolean again; // guarded by this
  private int failures; // guarded by this
  private long asserted; // guarded by this
  private boolean memoryChecked; // guarded by this
  private volatile Health health = new Health(false, 0, false, 1);

  /**
   * Creates one that does not beat yet.
   *
   * @param changed told after each heartbeat, answered or not; on any thread
   */
  Pulse(
      RedisSettings settings,
      Link link,
      Breaker breaker,
      ScheduledExecutorService timer,
      Runnable changed) {
    this.link = link;
    this.breaker = breaker;
    this.timer = timer;
    this.changed = changed;
    keySpace = new KeySpace(settings);
    process = settings.process();
    period = settings.heartbeat();
  }

  /** Returns what the last heartbeat told, and whether Redis can be reached now. */
  Health health() {
    Health last = health;
    return new Health(!breaker.isOpen(), last.generation(), last.settled(), last.processes());
  }

  /** Notes what this process has asserted, and says so soon. */
  void asserted(long generation) {
    synchronized (this) {
      asserted = generation;
    }
    soon();
  }

  /** Beats as soon as possible. */
  void soon() {
    execute(this::beat);
  }

  private void beat() {
    synchronized (this) {
      if (beating) {
        again = true;
        return;
      }
      beating = true;
      again = false;
    }
    if (link.isOpen()) {
      var unused =
          link.call(Script.HEARTBEAT, keys(), arguments())
              .whenComplete((reply, error) -> execute(() -> ended(reply, error)));
    } else {
      var unused = link.open().whenComplete((result, error) -> execute(() -> ended(null, null)));
    }
  }

  private byte[][] keys() {
    return new byte[][] {keySpace.ledger(), keySpace.members(), keySpace.asserted()};
  }

  private synchronized byte[][] arguments() {
    return new byte[][] {
      bytes(process),
      bytes(Long.toString(asserted)),
      bytes(Long.toString(health.generation())),
      bytes(Integer.toString(health.processes())),
      bytes(memoryChecked ? "0" : "1")
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void ended(byte @Nullable [] reply, @Nullable Throwable error) {
    if (reply != null) {
      heard(new String(reply, StandardCharsets.UTF_8).split(" "));
    } else if (error != null) {
      failed(error);
    }
    boolean now;
    synchronized (this) {
      beating = false;
      now = again || (reply == null && error == null && link.isOpen());
    }
    changed.run();
    if (now) {
      soon();
    }
  }

  private void heard(String[] told) {
    synchronized (this) {
      long generation = Long.parseLong(told[0]);
      if (health.generation() == 0) {
        asserted = generation; // it held nothing yet
      }
      health =
          new Health(true, generation, told[1].equals("1"), Math.max(1, Integer.parseInt(told[2])));
      failures = 0;
      if (!memoryChecked) {
        memoryChecked = true;
        checkMemory(told[3], told[4]);
      }
    }
    if (breaker.isOpen()) {
      LOG.info("Redis is in reach");
      breaker.close();
    }
  }

  private static void checkMemory(String bytes, String policy) {
    if (!bytes.equals("0") && !bytes.equals("-") && !policy.equals("noeviction")) {
      LOG.warn(
          "Redis may evict what it counts: its maxmemory-policy is {}, and must be noeviction",
          policy);
    }
  }

  private void failed(Throwable error) {
    Trouble trouble = Trouble.of(error);
    LOG.debug("A heartbeat was not answered: {}", trouble, error);
    boolean hopeless;
    synchronized (this) {
      failures++;
      hopeless = trouble == Trouble.READ_ONLY || failures % HOPELESS == 0;
    }
    if (hopeless) {
      link.abandon();
    }
    if (trouble.isCut()) {
      breaker.cut();
    } else {
      breaker.failed();
    }
  }

  /** Beats from now on. */
  void start() {
    beat();
    var unused = timer.schedule(this::tick, delayMillis(), TimeUnit.MILLISECONDS);
  }

  private void tick() {
    beat();
    var unused = timer.schedule(this::tick, delayMillis(), TimeUnit.MILLISECONDS);
  }

  private long delayMillis() {
    return breaker.isOpen()
        ? ThreadLocalRandom.current().nextLong(SHORTEST_PROBE_MILLIS, LONGEST_PROBE_MILLIS + 1)
        : period.toMillis();
  }

  private void execute(Runnable task) {
    timer.execute(task);
  }
}
