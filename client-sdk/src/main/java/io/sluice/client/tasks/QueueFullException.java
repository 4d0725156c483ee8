package io.sluice.client.tasks;

/**
 * There are as many tasks in this process as may be, so the task was not taken. Nothing was asked
 * of the server; a queue of the server that is full is a {@link
 * io.sluice.client.ConcurrencyException}.
 */
public final class QueueFullException extends IllegalStateException {
  QueueFullException(int asked, int max) {
    super("pending tasks must be at most " + max + ", so there is no room for " + asked + " more");
  }
}
