package io.sluice.client.rate;

import io.sluice.client.Acquisition;
import io.sluice.client.ConcurrencyException;
import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.LimitState;
import io.sluice.client.Outcome;
import io.sluice.client.RateLimitExceededException;
import io.sluice.client.SluiceClient;
import io.sluice.client.statistics.AdaptiveState;
import io.sluice.client.statistics.LimitStatistics;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * A handle on one rate of the server: acquires its tokens, tells and changes how fast they accrue.
 *
 * <pre>{@code
 * RateLimiter chat = RateLimiter.of(client, "chat", Demand.of("openai/chat"));
 * String reply = chat.execute(() -> callTheProvider());
 * }</pre>
 *
 * <p>Thread-safe, and needs no closing. Tokens that were granted are spent: closing the lease of an
 * acquire gives none back, only {@link #cancel} does.
 *
 * <p>Beside what its methods tell, an acquire throws what {@link SluiceClient} says.
 */
public final class RateLimiter {
  private static final int DEFAULT_PRIORITY = 5;

  /** The server spreads the times that it tells upward, by less than this. */
  private static final double SPREAD = 1.25;

  private final SluiceClient client;
  private final String limit;
  private final Demand demand;
  private final RateLimiterSettings settings;
  private final Asking asking;
  private final Tallies tallies;

  RateLimiter(
      SluiceClient client,
      String limit,
      Demand demand,
      RateLimiterSettings settings,
      Delays.Pause pause) {
    this.client = client;
    this.limit = limit;
    this.demand = demand;
    this.settings = settings;
    this.tallies = new Tallies(settings.maxReservations());
    this.asking = new Asking(client, settings, pause, tallies);
  }

  /**
   * A handle with default settings.
   *
   * @param client that asks; its owner's to close
   * @param limit the name of the rate at the server, for what is told and changed
   * @param demand what one token is for; its permits count as one
   * @return the handle
   */
  public static RateLimiter of(SluiceClient client, String limit, Demand demand) {
    return of(client, limit, demand, RateLimiterSettings.defaults());
  }

  /**
   * A handle.
   *
   * @param client that asks; its owner's to close
   * @param limit the name of the rate at the server, for what is told and changed
   * @param demand what one token is for; its permits count as one
   * @param settings how it asks
   * @return the handle
   */
  public static RateLimiter of(
      SluiceClient client, String limit, Demand demand, RateLimiterSettings settings) {
    return new RateLimiter(client, limit, demand, settings, Delays.machine());
  }

  /**
   * Acquires one token, as the settings say.
   *
   * @return the lease, which may be closed or not; of a refundable one, {@link #cancel} gives back
   * @throws RateLimitExceededException if there is none in time
   * @throws InterruptedException if the thread is interrupted; nothing is taken then
   */
  public Lease acquire() throws InterruptedException {
    return acquire(1);
  }

  /**
   * Acquires tokens, as the settings say.
   *
   * @param tokens 0..2^40
   * @return the lease
   * @throws RateLimitExceededException if there are too few in time
   * @throws InterruptedException if the thread is interrupted; nothing is taken then
   */
  public Lease acquire(long tokens) throws InterruptedException {
    return acquire(tokens, DEFAULT_PRIORITY);
  }

  /**
   * Acquires tokens before others or after them.
   *
   * @param tokens 0..2^40
   * @param priority 0..9, the lower is served first; 5 is usual
   * @return the lease
   * @throws RateLimitExceededException if there are too few in time
   * @throws InterruptedException if the thread is interrupted; nothing is taken then
   */
  public Lease acquire(long tokens, int priority) throws InterruptedException {
    return acquire(tokens, priority, settings.maxWait());
  }

  /**
   * Acquires one token within a time.
   *
   * @param timeout 0..24 h; zero = at once or not
   * @return the lease
   * @throws RateLimitExceededException if there is none in time; its text says "timeout"
   * @throws IllegalArgumentException if the time is outside its bounds
   * @throws InterruptedException if the thread is interrupted; nothing is taken then
   */
  public Lease acquire(Duration timeout) throws InterruptedException {
    return acquire(1, DEFAULT_PRIORITY, timeout);
  }

  /**
   * Acquires tokens within a time, before others or after them.
   *
   * @param tokens 0..2^40
   * @param priority 0..9, the lower is served first; 5 is usual
   * @param timeout 0..24 h; zero = at once or not
   * @return the lease
   * @throws RateLimitExceededException if there are too few in time; its text says "timeout"
   * @throws IllegalArgumentException if a value is outside its bounds
   * @throws InterruptedException if the thread is interrupted; nothing is taken then
   */
  public Lease acquire(long tokens, int priority, Duration timeout) throws InterruptedException {
    Acquisition ask = ask(tokens).priority(priority).maxWait(timeout);
    return asking.acquire(ask, timeout);
  }

  /**
   * Acquires one token if there is one now, whatever the backpressure.
   *
   * @return empty if there is none
   * @throws InterruptedException if the thread is interrupted; nothing is taken then
   */
  public Optional<Lease> tryAcquire() throws InterruptedException {
    return tryAcquire(1);
  }

  /**
   * Acquires tokens if there are enough now, whatever the backpressure.
   *
   * @param tokens 0..2^40
   * @return empty if there are too few
   * @throws InterruptedException if the thread is interrupted; nothing is taken then
   */
  public Optional<Lease> tryAcquire(long tokens) throws InterruptedException {
    Optional<Lease> lease = client.tryAcquire(ask(tokens));
    if (lease.isPresent()) {
      tallies.granted(0);
    } else {
      tallies.dropped(0);
    }
    return lease;
  }

  /**
   * Acquires one token, runs the work in this thread, and reports how it ended, so that an adaptive
   * rate learns from it.
   *
   * @param <T> what the work returns
   * @param work what to do with the token
   * @return what the work returned
   * @throws Exception what the work threw, or {@link #acquire()} throws
   */
  public <T> T execute(Callable<T> work) throws Exception {
    try (Lease lease = acquire()) {
      return Reservation.run(lease, work);
    }
  }

  /**
   * Gives the tokens of an acquire back, because nothing was done with them.
   *
   * @param lease from this limiter, whose settings are refundable
   * @return whether they were given back now; false = the lease was closed, cancelled or lost
   * @throws IllegalArgumentException if the lease is not refundable
   */
  public boolean cancel(Lease lease) {
    if (lease.id().isEmpty()) {
      throw new IllegalArgumentException("lease must be of a refundable limiter but has no id");
    }
    if (!lease.isValid()) {
      return false;
    }
    lease.release(Outcome.UNUSED);
    return true;
  }

  /**
   * Charges tokens now, or as soon as there are enough, for work that is done later.
   *
   * @param tokens 0..2^40
   * @param maxWait the longest until it is ready, 0..24 h
   * @return ready, or waiting in the server's queue
   * @throws RateLimitExceededException if it would not be ready in time
   * @throws IllegalStateException if there are as many reservations as there may be
   * @throws InterruptedException if the thread is interrupted; nothing is charged then
   */
  public Reservation reserve(long tokens, Duration maxWait) throws InterruptedException {
    Acquisition ask = ask(tokens).wantLease();
    Acquisition waiting = ask.maxWait(maxWait);
    if (!tallies.reserve()) {
      throw new IllegalStateException(
          "reservations must be at most " + settings.maxReservations() + " at once");
    }
    Reservation reservation = new Reservation(settings.reservationTtl(), tallies);
    try {
      reservation.begin(client.acquire(ask));
    } catch (ConcurrencyException denied) {
      if (!denied.reason().isCuredByTime() || isBeyond(denied, maxWait)) {
        reservation.refused();
        throw Asking.told(denied, "it would wait longer than " + maxWait);
      }
      reservation.begin(client.acquireAsync(waiting));
    } catch (RuntimeException | InterruptedException failed) {
      reservation.refused();
      throw failed;
    }
    return reservation;
  }

  /**
   * Multiplies an adaptive rate, now, for every client.
   *
   * @param factor finite and above 0
   * @return the rate after that, in permits per second, within its bounds
   * @throws IllegalArgumentException if the factor is outside its bounds or the rate not adaptive
   * @throws InterruptedException if the thread is interrupted; it may be adjusted all the same
   */
  public double adjustRate(double factor) throws InterruptedException {
    return client.admin().adjustRate(limit, factor).to();
  }

  /**
   * The rate in force, the same for every client.
   *
   * @return permits per second
   * @throws NoSuchElementException if the server has no limit of the name
   * @throws InterruptedException if the thread is interrupted
   */
  public double currentRate() throws InterruptedException {
    LimitStatistics stats =
        client
            .statistics()
            .limit(limit)
            .orElseThrow(() -> new NoSuchElementException("no limit is named " + limit));
    return stats.adaptive().map(AdaptiveState::current).orElse(stats.currentRate());
  }

  /**
   * The tokens that this limiter's demand could have now.
   *
   * @return whole tokens; 0 while others wait for them
   * @throws InterruptedException if the thread is interrupted
   */
  public long available() throws InterruptedException {
    try (Lease peek = client.acquire(demand.permits(0))) {
      return peek.states().stream()
          .filter(state -> state.limit().equals(limit))
          .mapToLong(LimitState::remaining)
          .findFirst()
          .orElseThrow(() -> new NoSuchElementException("no limit named " + limit + " matches"));
    } catch (RateLimitExceededException none) {
      return 0;
    }
  }

  /**
   * What came of the acquires of this handle.
   *
   * @return a snapshot
   */
  public RateLimiterStats stats() {
    return tallies.stats();
  }

  private Acquisition ask(long tokens) {
    Acquisition ask = Acquisition.of(demand.permits(tokens));
    return settings.refundable() ? ask.wantLease() : ask;
  }

  private static boolean isBeyond(ConcurrencyException denied, Duration maxWait) {
    return denied.retryAfter().map(Duration::toNanos).orElse(0L) > maxWait.toNanos() * SPREAD;
  }
}
