package io.sluice.client.rate;

import io.sluice.client.Acquisition;
import io.sluice.client.ConcurrencyException;
import io.sluice.client.DenialReason;
import io.sluice.client.Lease;
import io.sluice.client.RateLimitExceededException;
import io.sluice.client.SluiceClient;
import java.time.Duration;

/** Asks as the backpressure says, and counts what came of it. */
final class Asking {
  private final SluiceClient client;
  private final RateLimiterSettings settings;
  private final Delays.Pause pause;
  private final Tallies tallies;

  Asking(SluiceClient client, RateLimiterSettings settings, Delays.Pause pause, Tallies tallies) {
    this.client = client;
    this.settings = settings;
    this.pause = pause;
    this.tallies = tallies;
  }

  /**
   * Acquires.
   *
   * @param ask that waits in the queue for the timeout
   */
  Lease acquire(Acquisition ask, Duration timeout) throws InterruptedException {
    return switch (settings.backpressure()) {
      case WAIT -> once(ask, timeout);
      case DROP -> once(ask.maxWait(Duration.ZERO), Duration.ZERO);
      case DELAY, ADAPTIVE_DELAY -> again(ask.maxWait(Duration.ZERO), timeout);
    };
  }

  private Lease once(Acquisition ask, Duration timeout) throws InterruptedException {
    try {
      Lease lease = client.acquire(ask);
      tallies.granted(lease.waited().toNanos());
      return lease;
    } catch (ConcurrencyException denied) {
      boolean waited = denied.reason() == DenialReason.WAIT_TIMEOUT;
      tallies.dropped(waited ? timeout.toNanos() : 0);
      throw told(denied, "timeout of " + timeout);
    }
  }

  private Lease again(Acquisition ask, Duration timeout) throws InterruptedException {
    Delays delays = new Delays(settings);
    while (true) {
      try {
        Lease lease = client.acquire(ask);
        tallies.granted(delays.spentNanos());
        return lease;
      } catch (ConcurrencyException denied) {
        long delay =
            denied.reason().isCuredByTime() ? delays.afterDenial(denied.retryAfter(), timeout) : -1;
        if (delay < 0) {
          tallies.dropped(delays.spentNanos());
          throw told(denied, "timeout of " + timeout);
        }
        pause.forNanos(delay);
      }
    }
  }

  /** A refusal that time would have cured, told as one of the rate. */
  static ConcurrencyException told(ConcurrencyException denied, String text) {
    return switch (denied.reason()) {
      case RATE, QUOTA, HOLD, WAIT_TIMEOUT, DEADLINE_TOO_SHORT ->
          new RateLimitExceededException(text, denied);
      default -> denied;
    };
  }
}
