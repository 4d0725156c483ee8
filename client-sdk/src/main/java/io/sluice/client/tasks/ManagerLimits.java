package io.sluice.client.tasks;

import io.sluice.client.SluiceAdmin;
import io.sluice.client.admin.AdaptiveRate;
import io.sluice.client.admin.ConcurrencyLimit;
import io.sluice.client.admin.Match;
import io.sluice.client.admin.RateLimit;
import java.util.NoSuchElementException;

/** The limits of a {@link ConcurrencyManager} at the server. */
final class ManagerLimits {
  private ManagerLimits() {}

  /** Puts them into force, and takes out what the configuration does not have. */
  static void put(SluiceAdmin admin, ConcurrencyConfig config) throws InterruptedException {
    Match match = Match.of(config.name());
    int queue = config.maxPending();
    String rate = config.name() + ".rate";
    admin.putConcurrency(
        ConcurrencyLimit.of(config.name() + ".conc", match, config.maxConcurrent())
            .queueMax(queue));
    if (config.requestsPerSecond() > 0) {
      RateLimit limit =
          RateLimit.perSecond(rate, match, config.requestsPerSecond())
              .burst(config.burst())
              .queueMax(queue);
      admin.putRate(config.adaptive() ? limit.adaptive(adaptive(config)) : limit);
    } else {
      deleteIfThere(admin, rate);
    }
  }

  private static AdaptiveRate adaptive(ConcurrencyConfig config) {
    return AdaptiveRate.of(AdaptiveRate.Controller.AIMD)
        .initial(config.requestsPerSecond())
        .between(config.minRate(), config.maxRate())
        .throttledFactor(0.5)
        .errorFactor(0.8);
  }

  private static void deleteIfThere(SluiceAdmin admin, String limit) throws InterruptedException {
    try {
      admin.deleteLimit(limit);
    } catch (NoSuchElementException absent) {
      // as it should be
    }
  }
}
