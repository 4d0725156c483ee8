package io.sluice.client.rate;

import io.sluice.client.Demand;
import io.sluice.client.SluiceClient;
import io.sluice.client.admin.RateLimit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A rate for each key, such as a domain or a tenant, under one for all of them together. An acquire
 * takes of both or of none: a key that has nothing left costs the others nothing.
 *
 * <pre>{@code
 * RateLimiterPool pages =
 *     RateLimiterPool.of(client, new PoolRates("pages", Rate.of(100, second), Rate.of(5, second), Map.of()));
 * pages.putLimits();
 * pages.limiter("example.org").acquire();
 * }</pre>
 *
 * <p>Thread-safe, and needs no closing.
 */
public final class RateLimiterPool {
  private static final int MAX_KEYS = 10_000;

  private final SluiceClient client;
  private final PoolRates rates;
  private final RateLimiterSettings settings;
  private final RateLimiter all;
  private final Map<String, RateLimiter> limiters = // guarded by itself
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RateLimiter> eldest) {
          return size() > MAX_KEYS;
        }
      };

  private RateLimiterPool(SluiceClient client, PoolRates rates, RateLimiterSettings settings) {
    this.client = client;
    this.rates = rates;
    this.settings = settings;
    this.all =
        RateLimiter.of(client, rates.name() + ".all", Demand.of(rates.name() + "/all"), settings);
  }

  /**
   * A pool with default settings. Its limits are the server's: see {@link #putLimits}.
   *
   * @param client that asks; its owner's to close
   * @param rates how fast
   * @return the pool
   */
  public static RateLimiterPool of(SluiceClient client, PoolRates rates) {
    return of(client, rates, RateLimiterSettings.defaults());
  }

  /**
   * A pool. Its limits are the server's: see {@link #putLimits}.
   *
   * @param client that asks; its owner's to close
   * @param rates how fast
   * @param settings how it asks
   * @return the pool
   */
  public static RateLimiterPool of(
      SluiceClient client, PoolRates rates, RateLimiterSettings settings) {
    return new RateLimiterPool(client, rates, settings);
  }

  /**
   * Puts the limits of the pool into force, where the server's configuration does not have them.
   * Doing so again carries the tokens over.
   *
   * @throws IllegalArgumentException if the server finds a rate or a name out of its bounds
   * @throws InterruptedException if the thread is interrupted
   */
  public void putLimits() throws InterruptedException {
    for (RateLimit limit : rates.limits()) {
      client.admin().putRate(limit);
    }
  }

  /**
   * The handle of one key, which charges the rate of all together too. The same for every call
   * while the key is among the 10000 that were used last.
   *
   * @param key 0..256 bytes
   * @return the handle. What it tells and changes of its rate is that of its own limit: unless the
   *     key has its own, of every key that has none
   */
  public RateLimiter limiter(String key) {
    synchronized (limiters) {
      return limiters.computeIfAbsent(
          key, name -> RateLimiter.of(client, rates.limit(name), rates.demand(name), settings));
    }
  }

  /**
   * The handle of the rate of all together, which charges no key.
   *
   * @return the same for every call
   */
  public RateLimiter all() {
    return all;
  }
}
