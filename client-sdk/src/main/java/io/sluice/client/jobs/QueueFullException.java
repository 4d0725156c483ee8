package io.sluice.client.jobs;

import java.util.concurrent.RejectedExecutionException;

/** As many jobs wait as may; nothing was asked of the server. */
public final class QueueFullException extends RejectedExecutionException {
  QueueFullException(int maxQueued) {
    super("QUEUE_FULL: jobs that wait must be at most " + maxQueued);
  }
}
