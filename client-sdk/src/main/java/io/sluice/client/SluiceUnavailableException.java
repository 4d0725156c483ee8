package io.sluice.client;

/**
 * Sluice gave no usable answer: not reachable, shutting down, too slow, protecting itself, or
 * failing. All retries are over. The cause is the status of the last attempt.
 *
 * <p>Whether an acquire that ends so was granted is not known; if it was, the lease ends with its
 * time to live.
 */
public final class SluiceUnavailableException extends RuntimeException {
  SluiceUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
