package io.sluice.server;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.store.StateStore;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.engine.store.shared.Posting;
import io.sluice.engine.store.shared.SharedStore;
import io.sluice.server.config.RedisStateSettings;
import io.sluice.server.config.StateSettings;
import io.sluice.server.driver.EngineDriver;
import io.sluice.server.driver.NanoClock;
import io.sluice.server.driver.StateReport;
import io.sluice.server.driver.StepLog;
import io.sluice.server.driver.Steps;
import io.sluice.server.journal.Fsync;
import io.sluice.server.journal.JournalSettings;
import io.sluice.server.redis.RedisLedger;
import io.sluice.server.redis.RedisSettings;
import io.sluice.server.state.JournaledState;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the state of the engine is: in this process, in a journal too, or shared in Redis. */
final class KeptState implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeptState.class);

  /** How long a start waits for Redis at most. */
  private static final Duration FIND_REDIS = Duration.ofSeconds(1);

  /** How long the end waits until Redis was told what is given back. */
  private static final Duration LAST_WORDS = Duration.ofMillis(300);

  private final StateSettings settings;
  private final StateStore store;
  private final Steps steps = new Steps();
  private final @Nullable RedisLedger ledger;
  private @Nullable JournaledState journal;
  private @Nullable EngineDriver driver;

  /**
   * Creates it, with nothing in it yet.
   *
   * @param random makes ids that nobody guesses
   */
  KeptState(StateSettings settings, MemorySettings memory, RandomGenerator random) {
    this.settings = settings;
    RedisStateSettings redis = settings.redis();
    if (redis == null) {
      ledger = null;
      store = new MemoryStore(memory, random, 0);
    } else {
      ledger = new RedisLedger(redis(redis, random), steps, NanoClock.system());
      store = new SharedStore(memory, ledger, random, 0);
    }
  }

  /** Returns the store, for the engine. */
  StateStore store() {
    return store;
  }

  /**
   * Brings back what was kept.
   *
   * @param engine one on the store, in which nothing has happened yet
   * @return the time at which it goes on, in nanoseconds
   * @throws IOException if it cannot be brought back
   */
  long restore(AdmissionEngine engine) throws IOException {
    String dir = settings.dir();
    if (dir == null) {
      return 0;
    }
    JournalSettings defaults = JournalSettings.defaults(Fsync.valueOf(settings.fsync().name()));
    JournaledState restored =
        JournaledState.open(
            Path.of(dir),
            new JournalSettings(
                defaults.fsync(),
                settings.fsyncIntervalNanos(),
                defaults.maxPendingBytes(),
                settings.acceptDamage()),
            engine::limit,
            (MemoryStore) store,
            engine::restored,
            settings.trustWallClock(),
            InstantSource.system().millis(),
            NanoClock.system()::nanos,
            new SecureRandom());
    journal = restored;
    return restored.startNanos();
  }

  /** Returns what makes steps durable. */
  StepLog log() {
    return journal == null ? StepLog.NONE : journal;
  }

  /** Says who drives the engine. */
  void drivenBy(EngineDriver newDriver) {
    driver = newDriver;
    steps.drivenBy(newDriver);
  }

  /**
   * Waits until what is shared is in reach, for a second at most. Whoever is granted something
   * before that is granted it out of a share, which is everything as long as no other process is
   * known.
   */
  void awaitShared() {
    if (ledger != null && !ledger.awaitFound(FIND_REDIS)) {
      LOG.warn("Redis is not in reach; limits do what they do without it");
    }
  }

  /** Returns whether leases outlive the process. */
  boolean isDurable() {
    return journal != null;
  }

  /** Returns how state is kept. */
  StateReport report() {
    JournaledState kept = journal;
    if (kept != null) {
      return new StateReport(
          "journal",
          kept.problem(),
          kept.bytesOnDisk(),
          kept.counters().records(),
          kept.counters().batches(),
          null);
    }
    return store instanceof SharedStore shared
        ? StateReport.of(Objects.requireNonNull(driver).ask(engine -> shared.statistics()))
        : StateReport.MEMORY;
  }

  /** Gives back what was taken ahead of others, and lets everything go. */
  @Override
  public void close() {
    EngineDriver drives = driver;
    if (store instanceof SharedStore shared && ledger != null && drives != null) {
      CountDownLatch told = new CountDownLatch(1);
      drives.run(
          engine -> {
            shared.close(drives.nowNanos());
            // Postings are made in order: when this one is answered, those before it have been.
            ledger.post(Posting.of(List.of()), posted -> told.countDown());
          });
      await(told);
    }
    if (ledger != null) {
      ledger.close();
    }
    if (journal != null) {
      journal.close();
    }
  }

  private static void await(CountDownLatch told) {
    try {
      boolean unused = told.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static RedisSettings redis(RedisStateSettings redis, RandomGenerator random) {
    String process =
        ProcessHandle.current().pid() + "-" + HexFormat.of().toHexDigits(random.nextLong());
    RedisSettings defaults = RedisSettings.of(redis.urls().get(0), redis.group(), process);
    return new RedisSettings(
        redis.urls(),
        redis.cluster(),
        redis.prefix(),
        redis.group(),
        process,
        Duration.ofNanos(redis.timeoutNanos()),
        defaults.maxPending(),
        defaults.maxUnderWay(),
        defaults.heartbeat());
  }
}
