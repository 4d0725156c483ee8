package io.sluice.server.redis;

import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Ledger;
import io.sluice.engine.store.shared.Posted;
import io.sluice.engine.store.shared.Posting;
import io.sluice.server.driver.NanoClock;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger on Redis.
 *
 * <p>It never blocks and needs no Redis to begin with: until one is found, and whenever it is out
 * of reach, postings are unavailable at once. An answer comes within twice the timeout. After Redis
 * is back, it is asked again within a second and a half. Thread-safe.
 *
 * <p>Its order of postings is kept as long as one script is under way at a time.
 */
public final class RedisLedger implements Ledger, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLedger.class);
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(1);

  private final RedisSettings settings;
  private final KeySpace keySpace;
  private final Executor steps;
  private final NanoClock clock;
  private final ScheduledThreadPoolExecutor timer;
  private final Tally tally = new Tally();
  private final Breaker breaker = new Breaker();
  private final Link link;
  private final Pulse pulse;
  private final Poster poster;
  private final Hints hints;

  /** Accounts whose hint was heard but not told yet; only watched ones. */
  private final Set<String> hinted = ConcurrentHashMap.newKeySet();

  /** Open until the listener was told for the first time that Redis is in reach. */
  private final CountDownLatch found = new CountDownLatch(1);

  private volatile @Nullable Listener listener;

  /** What the listener was told last; only used in steps. */
  private @Nullable Health told;

  /**
   * Creates a ledger that does nothing until it has a listener.
   *
   * @param steps runs a task as a step of whoever drives the engine, one after another
   */
  public RedisLedger(RedisSettings settings, Executor steps, NanoClock clock) {
    this(settings, settings.timeout(), steps, clock);
  }

  /** For tests on a busy machine, where answers may be late that are not meant to be. */
  RedisLedger(RedisSettings settings, Duration timeout, Executor steps, NanoClock clock) {
    this.settings = settings;
    this.steps = steps;
    this.clock = clock;
    keySpace = new KeySpace(settings);
    timer = new ScheduledThreadPoolExecutor(1, RedisLedger::thread);
    timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // after its end
    timer.setRemoveOnCancelPolicy(true);
    link = new Link(settings, timeout, new Connection());
    pulse = new Pulse(settings, link, breaker, timer, this::beaten);
    poster = new Poster(settings, timeout, link, breaker, new Book(), steps, timer, clock, tally);
    hints = new Hints(link, keySpace.hints(), this::hint);
  }

  /**
   * Posts.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if a value is out of the bounds within
   *     which Redis counts exactly; then there is no answer
   */
  @Override
  public void post(Posting posting, Consumer<Posted> answer) {
    PostingBounds.check(posting);
    poster.post(new Pending(posting, answer, clock.nanos()));
  }

  @Override
  public void watch(Account account) {
    hints.watch(account.name());
  }

  @Override
  public void unwatch(Account account) {
    hints.unwatch(account.name());
  }

  @Override
  public void asserted(long generation) {
    pulse.asserted(generation);
  }

  @Override
  public void listen(Listener listener) {
    this.listener = listener;
    pulse.start();
  }

  /**
   * Waits until the listener was told that Redis is in reach, for so long at most. Not to be called
   * within a step.
   *
   * @return whether it was told
   */
  public boolean awaitFound(Duration atMost) {
    try {
      return found.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Returns what happened so far. */
  public LedgerFigures figures() {
    return tally.figures(link.timesResent(), breaker.timesOpened());
  }

  /**
   * Ends the membership of this process, within a bound; what it holds stays held. What was not
   * sent is answered; what is posted later is not. Not to be called within a step.
   */
  @Override
  public void close() {
    timer.shutdownNow();
    boolean wasOpen = breaker.isOpen();
    breaker.cut();
    poster.drain();
    try {
      if (!wasOpen) {
        byte[][] keys = {keySpace.members(), keySpace.asserted()};
        var unused =
            link.call(Script.LEAVE, keys, settings.processBytes())
                .get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Redis was not told that this process ends", e);
    } finally {
      link.shutdown(LONGEST_CLOSE);
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "sluice-redis");
    thread.setDaemon(true);
    return thread;
  }

  private void hint(String account) {
    Listener heard = listener;
    if (heard != null && hinted.add(account)) {
      timer.execute(
          () ->
              steps.execute(
                  () -> {
                    hinted.remove(account);
                    heard.changed(account);
                  }));
    }
  }

  private void beaten() {
    if (breaker.isOpen()) {
      poster.drain();
    } else {
      hints.open();
    }
    tellHealth();
  }

  /** Whatever the order in which steps are run, the last one tells the state as it is. */
  private void tellHealth() {
    Listener heard = Objects.requireNonNull(listener);
    steps.execute(
        () -> {
          Health health = pulse.health();
          if (!health.equals(told)) {
            told = health;
            heard.health(health);
          }
          if (health.reachable()) {
            found.countDown();
          }
        });
  }

  private void opened() {
    LOG.warn("Redis is out of reach");
    timer.execute(this::beaten);
    pulse.soon();
  }

  /** What the poster has to know, and what it tells. */
  private final class Book implements Poster.Ledgers {
    @Override
    public long generation() {
      return pulse.health().generation();
    }

    @Override
    public void stale() {
      pulse.soon();
    }

    @Override
    public void failed(Trouble trouble) {
      if (trouble == Trouble.READ_ONLY) {
        link.abandon();
      }
      if (trouble.isCut() ? breaker.cut() : breaker.failed()) {
        opened();
      }
    }
  }

  /** What the connection tells. */
  private final class Connection implements Link.Watcher {
    @Override
    public void connected() {
      pulse.soon();
    }

    @Override
    public void disconnected() {
      if (breaker.cut()) {
        opened();
      }
    }
  }
}
