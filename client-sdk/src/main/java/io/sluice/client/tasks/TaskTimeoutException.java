package io.sluice.client.tasks;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * A task ran longer than its time. Its work was interrupted, and its lease given back with {@link
 * io.sluice.client.Outcome#TIMEOUT}. It is told as the error of a {@link TaskResult}.
 */
public final class TaskTimeoutException extends TimeoutException {
  TaskTimeoutException(String task, Duration timeout) {
    super("task " + task + " took longer than " + timeout);
  }
}
