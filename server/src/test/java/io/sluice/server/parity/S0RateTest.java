package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.RateLimitExceededException;
import io.sluice.client.SluiceClient;
import io.sluice.client.ThrottledException;
import io.sluice.client.admin.AdaptiveRate;
import io.sluice.client.admin.AdaptiveRate.Controller;
import io.sluice.client.admin.Match;
import io.sluice.client.admin.RateLimit;
import io.sluice.client.rate.Backpressure;
import io.sluice.client.rate.PoolRates;
import io.sluice.client.rate.Rate;
import io.sluice.client.rate.RateLimiter;
import io.sluice.client.rate.RateLimiterPool;
import io.sluice.client.rate.RateLimiterSettings;
import io.sluice.client.rate.Reservation;
import io.sluice.client.rate.Reservation.State;
import io.sluice.client.statistics.LimitStatistics;
import io.sluice.server.Patience;
import io.sluice.server.ServerFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rates, their pools and reservations, through the client at a real server. */
@Timeout(120)
class S0RateTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LONG = Duration.ofMinutes(1);

  private static final AtomicInteger TRIES = new AtomicInteger();

  private static ServerFixture server;
  private static SluiceClient client;
  private static ExecutorService threads;

  @BeforeAll
  static void start() throws Exception {
    server = ServerFixture.start("limits: []\n");
    client = SluiceClient.connect(server.target());
    threads = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() throws Exception {
    threads.shutdownNow();
    client.close();
    server.close();
  }

  @Test
  void s0_07_s0_08_twentyCallsAtFivePerSecondTakeTheirTimeReleasedOrNot() throws Exception {
    Patience.untilUndisturbed(
        () -> {
          Future<Void> burstOfOne = threads.submit(() -> twentyCalls("one", 1, false, 3.8));
          Future<Void> burstOfFive = threads.submit(() -> twentyCalls("five", 5, false, 3.0));
          Future<Void> released = threads.submit(() -> twentyCalls("released", 1, true, 3.8));
          get(burstOfOne);
          get(burstOfFive);
          get(released);
        });
  }

  private static Void twentyCalls(String kind, long burst, boolean release, double seconds)
      throws Exception {
    String name = kind + TRIES.incrementAndGet(); // each with a full bucket
    put(name, RateLimit.perSecond(name, Match.of(name), 5).burst(burst));
    RateLimiterSettings settings = RateLimiterSettings.defaults();
    RateLimiter limiter = limiter(name, release ? settings.asRefundable() : settings);
    long began = System.nanoTime();
    List<Double> at = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      try (Lease lease = limiter.acquire()) {
        at.add((System.nanoTime() - began) / 1e9);
        assertThat(lease.id().isEmpty()).isEqualTo(!release);
      }
    }
    assertThat(at.get(19)).as(name).isBetween(seconds - 0.15, seconds + 0.15);
    for (int i = 0; i < 20; i++) {
      double from = at.get(i);
      assertThat(at.stream().filter(t -> t >= from && t < from + 0.99).count())
          .as(name)
          .isLessThanOrEqualTo(5 + burst);
    }
    assertThat(limiter.stats().granted()).isEqualTo(20);
    assertThat(limiter.stats().delayed()).isBetween(10L, 20 - burst);
    return null;
  }

  @Test
  void s0_09_weightIsTakenAndTheLowerNumberGoesFirst() throws Exception {
    RateLimiter limiter = rate("weights", 5, HOUR);
    limiter.acquire(3).close();
    assertThat(limiter.available()).isEqualTo(2);

    put("turns", RateLimit.of("turns", Match.of("turns"), 2, Duration.ofSeconds(1)).burst(1));
    RateLimiter turns = limiter("turns", RateLimiterSettings.defaults());
    turns.acquire().close();
    ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
    Future<Boolean> late = threads.submit(() -> turns.acquire(1, 9).isLimited() & order.add("9"));
    awaitWaiting("turns", 1);
    Future<Boolean> soon = threads.submit(() -> turns.acquire(1, 1).isLimited() & order.add("1"));
    get(soon);
    get(late);
    assertThat(order).containsExactly("1", "9");
  }

  @Test
  void s0_10_cancelledBeforeUseTheTokensComeBackOnce() throws Exception {
    put("refunds", RateLimit.of("refunds", Match.of("refunds"), 5, HOUR));
    RateLimiter limiter = limiter("refunds", RateLimiterSettings.defaults().asRefundable());
    Lease lease = limiter.acquire(3);
    assertThat(limiter.available()).isEqualTo(2);

    assertThat(limiter.cancel(lease)).isTrue();
    assertThat(limiter.available()).isEqualTo(5);
    assertThat(limiter.cancel(lease)).isFalse();
    assertThat(limiter.available()).isEqualTo(5);
    assertThat(client.statistics().limit("refunds").orElseThrow().permitsRefunded()).isEqualTo(3);

    RateLimiter plain = limiter("refunds", RateLimiterSettings.defaults());
    assertThatThrownBy(() -> plain.cancel(plain.acquire()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("refundable");
  }

  @Test
  void s0_11_s0_13_reportedFailuresLowerTheRate() throws Exception {
    RateLimiter throttled = adaptive("throttled");
    assertThatThrownBy(
            () ->
                throttled.execute(
                    () -> {
                      throw new ThrottledException("429");
                    }))
        .isInstanceOf(ThrottledException.class);
    assertThat(throttled.currentRate()).isEqualTo(5.0);

    RateLimiter failed = adaptive("failed");
    assertThatThrownBy(
            () ->
                failed.execute(
                    () -> {
                      throw new IllegalStateException("broken");
                    }))
        .hasMessage("broken");
    assertThat(failed.currentRate()).isEqualTo(8.0);
  }

  @Test
  void s0_12_s0_14_adjustingMultipliesAndEveryClientSeesIt() throws Exception {
    RateLimiter limiter = adaptive("adjusted");
    limiter.acquire().close();

    assertThat(limiter.adjustRate(0.5)).isEqualTo(5.0);
    assertThat(limiter.adjustRate(0.8)).isEqualTo(4.0);
    try (SluiceClient other = SluiceClient.connect(server.target())) {
      assertThat(RateLimiter.of(other, "adjusted", Demand.of("adjusted")).currentRate())
          .isEqualTo(4.0);
    }
    for (double factor : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> limiter.adjustRate(factor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("factor");
    }
    assertThat(limiter.adjustRate(0.1)).as("the floor").isEqualTo(1.0);
    assertThat(limiter.adjustRate(0.5)).isEqualTo(1.0);
  }

  @Test
  void s0_17_dropGivesUpAtOnce() throws Exception {
    put("dropping", RateLimit.of("dropping", Match.of("dropping"), 2, HOUR));
    RateLimiter limiter =
        limiter("dropping", RateLimiterSettings.defaults().backpressure(Backpressure.DROP));
    limiter.acquire();
    limiter.acquire();

    assertThat(limiter.tryAcquire()).isEmpty();
    assertThat(limiter.stats().dropped()).isOne();
    assertThatThrownBy(limiter::acquire).isInstanceOf(RateLimitExceededException.class);
    assertThat(limiter.stats().dropRatio()).isEqualTo(0.5);
    assertThat(limiter.stats().timeouts()).isZero();
  }

  @Test
  void s0_17_delayAsksAgainUntilThereIsSome() throws Exception {
    for (Backpressure mode : List.of(Backpressure.DELAY, Backpressure.ADAPTIVE_DELAY)) {
      String name = mode.name();
      put(name, RateLimit.of(name, Match.of(name), 5, Duration.ofSeconds(1)).burst(1));
      RateLimiter limiter =
          limiter(
              name,
              RateLimiterSettings.defaults()
                  .backpressure(mode)
                  .delays(Duration.ofMillis(50), 1.5, 100));
      limiter.acquire();
      limiter.acquire();

      assertThat(limiter.stats().delayed()).isOne();
      assertThat(limiter.stats().maxDelay()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
      assertThat(client.statistics().limit(name).orElseThrow().queued()).isZero();
    }
  }

  @Test
  void s0_18_keyThatIsFullCostsTheOthersNothing() throws Exception {
    RateLimiterPool pool =
        RateLimiterPool.of(
            client,
            new PoolRates(
                "pages", Rate.of(10, HOUR), Rate.of(2, HOUR), Map.of("big.org", Rate.of(5, HOUR))));
    pool.putLimits();
    RateLimiter small = pool.limiter("small.org");
    small.acquire(2);
    assertThat(pool.all().available()).isEqualTo(8);

    assertThat(small.tryAcquire()).isEmpty();
    assertThat(pool.all().available()).as("of all").isEqualTo(8);
    assertThat(pool.limiter("other.org").available()).isEqualTo(2);
    pool.limiter("big.org").acquire(5);
    assertThat(pool.all().available()).isEqualTo(3);
    assertThat(pool.limiter("small.org")).isSameAs(small);
    assertThat(client.statistics().limit("pages.each").orElseThrow().denied()).isOne();
  }

  @Test
  void s2_16_waitsAsLongAsToldAndTimeoutsCostNothing() throws Exception {
    put("brief", RateLimit.of("brief", Match.of("brief"), 1, Duration.ofSeconds(1)));
    RateLimiter limiter = limiter("brief", RateLimiterSettings.defaults());
    Patience.untilUndisturbed(
        () -> {
          while (limiter.tryAcquire().isPresent()) {
            // so that there is nothing at once
          }
          assertThat(limiter.acquire(Duration.ofSeconds(2)).waited())
              .isBetween(Duration.ofMillis(700), Duration.ofMillis(1500));
          RateLimitExceededException late =
              catchThrowableOfType(
                  RateLimitExceededException.class, () -> limiter.acquire(Duration.ofMillis(100)));
          assertThat(late).hasMessageContaining("timeout");
          assertThat(late.retryAfter().orElseThrow())
              .isBetween(Duration.ofMillis(400), Duration.ofMillis(1100));
          assertThatThrownBy(() -> limiter.acquire(Duration.ZERO))
              .isInstanceOf(RateLimitExceededException.class);
        });
    assertThatThrownBy(() -> limiter.acquire(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxWait");

    RateLimiter hourly = rate("hourly", 10, HOUR);
    List<Future<Lease>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add(threads.submit(() -> hourly.acquire(10, 5, Duration.ofMillis(10))));
    }
    int granted = 0;
    for (Future<Lease> call : calls) {
      try {
        get(call);
        granted++;
      } catch (ExecutionException timeout) {
        assertThat(timeout).hasCauseInstanceOf(RateLimitExceededException.class);
      }
    }
    assertThat(granted).isOne();
    assertThat(hourly.stats().dropped()).isEqualTo(99);
    assertThat(client.statistics().limit("hourly").orElseThrow().used()).isEqualTo(10);
  }

  @Test
  void s2_17_rateIsSetLive() throws Exception {
    RateLimiter limiter = rate("live", 60, LONG);
    assertThat(limiter.currentRate()).isEqualTo(1.0);
    put("live", RateLimit.of("live", Match.of("live"), 120, LONG));
    assertThat(limiter.currentRate()).isEqualTo(2.0);
    put("live", RateLimit.of("live", Match.of("live"), 30, LONG));
    assertThat(limiter.currentRate()).isEqualTo(0.5);
    assertThatThrownBy(() -> put("live", RateLimit.of("live", Match.of("live"), -1, LONG)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(limiter.currentRate()).isEqualTo(0.5);
  }

  @Test
  void s2_18_utilisationAndDenialsOfTheHandleAndTheServer() throws Exception {
    RateLimiter limiter = rate("used", 10, Duration.ofDays(1));
    limiter.acquire(5);
    assertThat(client.statistics().limit("used").orElseThrow().utilization()).isEqualTo(0.5);
    limiter.acquire(5);
    for (int i = 0; i < 3; i++) {
      assertThat(limiter.tryAcquire()).isEmpty();
    }
    LimitStatistics all = client.statistics().limit("used").orElseThrow();
    assertThat(all.utilization()).isEqualTo(1.0);
    assertThat(all.denied()).isEqualTo(3);
    assertThat(limiter.stats().dropped()).isEqualTo(3);
    assertThat(limiter.stats().granted()).isEqualTo(2);
  }

  @Test
  void s2_20_reservationIsChargedOnceAndExecutedOnce() throws Exception {
    RateLimiter limiter = rate("reserved", 3, HOUR);
    Reservation reservation = limiter.reserve(2, LONG);

    assertThat(reservation.isReady()).isTrue();
    assertThat(limiter.available()).as("nobody else can take them").isOne();
    assertThat(limiter.stats().reservations()).isOne();
    assertThat(reservation.execute(() -> "done")).isEqualTo("done");
    assertThat(limiter.available()).as("charged once").isOne();
    assertThatThrownBy(() -> reservation.execute(() -> "again"))
        .isInstanceOf(NoSuchElementException.class);
    assertThat(reservation.cancel()).isFalse();
    assertThat(limiter.stats().reservations()).isZero();
  }

  @Test
  void s2_20_reservationThatIsNotReadyWaitsItsTurnAndCannotBeExecuted() throws Exception {
    put("later", RateLimit.of("later", Match.of("later"), 4, Duration.ofSeconds(1)).burst(1));
    RateLimiter limiter = limiter("later", RateLimiterSettings.defaults());
    limiter.acquire();
    Reservation reservation = limiter.reserve(1, LONG);
    if (!reservation.isReady()) { // a machine that stood still has tokens again
      assertThatThrownBy(() -> reservation.execute(() -> "early"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("not ready");
    }
    assertThat(reservation.ready().get(20, TimeUnit.SECONDS)).isSameAs(reservation);
    assertThat(reservation.execute(() -> "in time")).isEqualTo("in time");
  }

  @Test
  void s2_20_cancelledOrExpiredReservationGivesBack() throws Exception {
    put("given", RateLimit.of("given", Match.of("given"), 3, HOUR));
    RateLimiter limiter =
        limiter("given", RateLimiterSettings.defaults().reservations(2, Duration.ofMillis(200)));
    Reservation cancelled = limiter.reserve(2, LONG);
    assertThat(cancelled.cancel()).isTrue();
    assertThat(cancelled.cancel()).isFalse();
    awaitAvailable(limiter, 3);

    Reservation expired = limiter.reserve(3, LONG);
    Reservation waiting = limiter.reserve(1, HOUR);
    assertThatThrownBy(() -> limiter.reserve(1, LONG))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("at most 2");
    assertThat(waiting.ready().get(20, TimeUnit.SECONDS).state())
        .as("what expired goes to the next")
        .isIn(State.READY, State.EXPIRED);
    assertThat(expired.state()).isEqualTo(State.EXPIRED);
    assertThat(limiter.stats().expiredReservations()).isPositive();
    assertThatThrownBy(() -> expired.execute(() -> "late"))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("EXPIRED");
    awaitAvailable(limiter, 3);
  }

  @Test
  void s2_20_reservationThatWouldWaitTooLongIsRefused() throws Exception {
    RateLimiter limiter = rate("refused", 1, HOUR);
    limiter.acquire();

    assertThatThrownBy(() -> limiter.reserve(1, Duration.ofSeconds(5)))
        .isInstanceOf(RateLimitExceededException.class)
        .hasMessageContaining("longer than PT5S");
    assertThat(limiter.stats().reservations()).isZero();
  }

  private static RateLimiter adaptive(String name) throws Exception {
    put(
        name,
        RateLimit.perSecond(name, Match.of(name), 100)
            .adaptive(
                AdaptiveRate.of(Controller.AIMD)
                    .initial(10)
                    .between(1, 100)
                    .throttledFactor(0.5)
                    .errorFactor(0.8)
                    .increasePerSecond(0)
                    .cooldown(LONG)));
    return limiter(name, RateLimiterSettings.defaults());
  }

  private static RateLimiter rate(String name, long permits, Duration per) throws Exception {
    put(name, RateLimit.of(name, Match.of(name), permits, per));
    return limiter(name, RateLimiterSettings.defaults());
  }

  private static RateLimiter limiter(String name, RateLimiterSettings settings) {
    return RateLimiter.of(client, name, Demand.of(name), settings);
  }

  private static void put(String name, RateLimit limit) throws Exception {
    assertThat(limit.name()).isEqualTo(name);
    client.admin().putRate(limit);
  }

  private static void awaitWaiting(String limit, long waiting) throws Exception {
    await(() -> client.statistics().limit(limit).orElseThrow().waiting() == waiting);
  }

  private static void awaitAvailable(RateLimiter limiter, long tokens) throws Exception {
    await(() -> limiter.available() == tokens);
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long began = System.nanoTime();
    while (!condition.call()) {
      Patience.requireWithin(Duration.ofSeconds(5), began);
    }
  }

  private static <T> T get(Future<T> future) throws Exception {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof AssertionError assertion) {
        throw assertion;
      }
      throw failed;
    }
  }
}
