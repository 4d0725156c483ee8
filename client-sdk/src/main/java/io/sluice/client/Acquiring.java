package io.sluice.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * An acquire under way, as the future that its caller waits for. Whoever completes it but the
 * client gives it up: the server takes it out of its queue, or takes back what it granted.
 *
 * @param <T> what the caller gets
 */
final class Acquiring<T> extends CompletableFuture<T> {
  private final Acquisition acquisition;
  private final LeaseDesk desk;
  private final Function<Answer, T> convert;
  private final boolean delivered;

  // Guarded by the session.
  long number;
  long identity;
  long sentNanos;
  long deadlineNanos;
  int attempts;
  boolean asked;
  boolean givenUp;

  /**
   * Creates it; nothing is sent.
   *
   * @param convert makes of the answer what the caller gets, or throws what it gets instead
   * @param delivered whether the application's code hangs on it, which must not run on the client's
   *     own threads
   */
  Acquiring(
      Acquisition acquisition, LeaseDesk desk, Function<Answer, T> convert, boolean delivered) {
    this.acquisition = acquisition;
    this.desk = desk;
    this.convert = convert;
    this.delivered = delivered;
  }

  Acquisition acquisition() {
    return acquisition;
  }

  boolean isDelivered() {
    return delivered;
  }

  /** Completes it; what nobody takes any more is given back. */
  void answer(Answer answer) {
    T converted;
    try {
      converted = convert.apply(answer);
    } catch (RuntimeException denied) {
      super.completeExceptionally(denied);
      return;
    }
    if (!super.complete(converted)) {
      answer.discard();
    }
  }

  /** Completes it with what went wrong. */
  void fail(Throwable failure) {
    super.completeExceptionally(delivered ? Failures.exception(failure) : failure);
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return givenUpIf(super.cancel(mayInterruptIfRunning));
  }

  @Override
  public boolean complete(T value) {
    return givenUpIf(super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    return givenUpIf(super.completeExceptionally(failure));
  }

  private boolean givenUpIf(boolean completed) {
    if (completed) {
      desk.giveUp(this);
    }
    return completed;
  }

  /** Derived futures are plain ones: completing them gives nothing up. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
