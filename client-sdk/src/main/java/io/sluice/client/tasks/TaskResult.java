package io.sluice.client.tasks;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What came of a task. The three times are one after the other and leave nothing out.
 *
 * @param <T> what the work returns
 * @param name of the task
 * @param metadata of the task
 * @param status how it ended
 * @param value what the work returned; null unless it succeeded
 * @param error why it did not succeed; null if it did
 * @param queueTime in this process, before the server was asked
 * @param waitTime from asking the server until the work began
 * @param runTime while the work ran, all tries together
 * @param attempts how often it was tried; 0 = the work never began
 */
public record TaskResult<T>(
    String name,
    Map<String, String> metadata,
    TaskStatus status,
    @Nullable T value,
    @Nullable Throwable error,
    Duration queueTime,
    Duration waitTime,
    Duration runTime,
    int attempts) {

  /**
   * Whether the work returned.
   *
   * @return false = see {@link #error}
   */
  public boolean isSuccess() {
    return status == TaskStatus.SUCCEEDED;
  }

  /**
   * From submitting it to its end.
   *
   * @return the sum of the three times
   */
  public Duration totalTime() {
    return queueTime.plus(waitTime).plus(runTime);
  }

  /**
   * What the work returned.
   *
   * @return its value, which may be null
   * @throws ExecutionException if it did not succeed; its cause is the {@link #error}
   */
  public @Nullable T valueOrThrow() throws ExecutionException {
    if (!isSuccess()) {
      throw new ExecutionException("task " + name + ": " + status, error);
    }
    return value;
  }
}
