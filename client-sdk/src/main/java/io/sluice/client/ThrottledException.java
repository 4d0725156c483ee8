package io.sluice.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by the caller's own work: its provider refused it because of the provider's limit (HTTP
 * 429). {@link SluiceClient#execute} then reports {@link Outcome#THROTTLED}.
 */
public final class ThrottledException extends RuntimeException {
  private final @Nullable Duration retryAfter;

  /**
   * The provider did not say when to come back.
   *
   * @param message what the provider said
   */
  public ThrottledException(String message) {
    super(message);
    this.retryAfter = null;
  }

  /**
   * The provider said when to come back. An adaptive limit then lets nobody start for so long.
   *
   * @param message what the provider said
   * @param retryAfter not negative
   * @throws IllegalArgumentException if the time is negative
   */
  public ThrottledException(String message, Duration retryAfter) {
    super(message);
    if (retryAfter.isNegative()) {
      throw new IllegalArgumentException("retryAfter must not be negative but was " + retryAfter);
    }
    this.retryAfter = retryAfter;
  }

  /**
   * When the provider wants to be asked again.
   *
   * @return empty if it did not say
   */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
