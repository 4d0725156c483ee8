package io.sluice.client.pool;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What came of one item.
 *
 * @param <R> what the work returns
 * @param index the place of the item among those given, from 0
 * @param status how it ended
 * @param value what the work returned; null unless it succeeded, and if it returned null
 * @param error what it threw, or why it was cancelled; null if it succeeded
 */
public record WorkResult<R>(
    int index, Status status, @Nullable R value, @Nullable Throwable error) {

  /** How an item ended. */
  public enum Status {
    /** The work returned. */
    SUCCEEDED,
    /** The work threw, or what it needs was denied. */
    FAILED,
    /** The work never began, or was given up when the pool was closed. */
    CANCELLED
  }

  /**
   * Whether the work returned.
   *
   * @return false = there is an error
   */
  public boolean isSuccess() {
    return status == Status.SUCCEEDED;
  }

  /**
   * What the work returned.
   *
   * @return the value; null if the work returned that
   * @throws ExecutionException if it failed or was cancelled, with the error as cause
   */
  public @Nullable R valueOrThrow() throws ExecutionException {
    if (error != null) {
      throw new ExecutionException("item " + index + ": " + error.getMessage(), error);
    }
    return value;
  }

  static <R> WorkResult<R> success(int index, @Nullable R value) {
    return new WorkResult<>(index, Status.SUCCEEDED, value, null);
  }

  static <R> WorkResult<R> failure(int index, Throwable error) {
    boolean cancelled = error instanceof CancellationException;
    return new WorkResult<>(index, cancelled ? Status.CANCELLED : Status.FAILED, null, error);
  }
}
