package io.sluice.client;

/**
 * As much waits in this process as may, so no more was taken. Nothing was asked of the server; a
 * queue of the server that is full is a {@link ConcurrencyException}.
 */
public final class QueueFullException extends IllegalStateException {
  /**
   * Says what there is too much of.
   *
   * @param what waits
   * @param max how much of it may wait
   */
  public QueueFullException(String what, int max) {
    super("QUEUE_FULL: " + what + " must be at most " + max);
  }
}
