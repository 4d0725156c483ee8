package io.sluice.client;

import com.google.common.util.concurrent.ListenableFuture;
import io.sluice.client.Time.Timer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One call, sent again after transient failures until it is answered, attempts run out, or its
 * deadline passes. Attempts never overlap. Cancelling {@link #result} cancels the attempt on the
 * wire.
 *
 * <p>An attempt may take what is left of the wait that the caller asked for, and its share of the
 * timeout: one lost answer does not use up the time of the retries.
 *
 * <p>The result is completed on the transport's or the timer's thread; what hangs on it must be
 * short.
 */
final class RetryingCall<A> {

  /** Sends one attempt. */
  interface Attempt<A> {
    /**
     * Sends, and does not block.
     *
     * @param number of the attempt, from 1
     * @param waitNanos what is left of the wait
     * @param timeoutNanos the deadline of this attempt, from now
     */
    ListenableFuture<A> send(int number, long waitNanos, long timeoutNanos);
  }

  private final CompletableFuture<Exchange<A>> result = new CompletableFuture<>();
  private final Attempt<A> attempt;
  private final Time time;
  private final RetryPolicy policy;
  private final long startNanos;
  private final long waitUntilNanos;
  private final long deadlineNanos;
  private final long shareNanos;

  // Written by one attempt after the other, each of which happens after the one before.
  private int attempts;
  private volatile @Nullable ListenableFuture<A> onTheWire;
  private volatile @Nullable Timer backoff;

  RetryingCall(Attempt<A> attempt, Time time, RetryPolicy policy, long waitNanos, long timeout) {
    this.attempt = attempt;
    this.time = time;
    this.policy = policy;
    this.startNanos = time.nanoTime();
    this.waitUntilNanos = startNanos + waitNanos;
    this.deadlineNanos = waitUntilNanos + timeout;
    this.shareNanos = Math.max(1, timeout / policy.maxAttempts());
  }

  /** Sends the first attempt. Called once. */
  CompletableFuture<Exchange<A>> start() {
    Completion.of(result, (answer, failure) -> stop());
    attempt();
    return result;
  }

  private void attempt() {
    attempts++;
    long sent = time.nanoTime();
    long waitLeft = Math.max(0, waitUntilNanos - sent);
    long timeout = Math.max(1, Math.min(deadlineNanos - sent, waitLeft + shareNanos));
    ListenableFuture<A> call = attempt.send(attempts, waitLeft, timeout);
    onTheWire = call;
    if (result.isDone()) {
      stop();
    }
    call.addListener(() -> settle(call, sent), Runnable::run);
  }

  private void settle(ListenableFuture<A> call, long sent) {
    try {
      result.complete(new Exchange<>(call.get(), startNanos, sent, time.nanoTime()));
    } catch (ExecutionException failed) {
      retryOrFail(failed.getCause() == null ? failed : failed.getCause());
    } catch (CancellationException cancelled) {
      result.cancel(false);
    } catch (InterruptedException impossible) {
      // The call is done, so get() does not wait; keep the flag for whoever owns the thread.
      Thread.currentThread().interrupt();
      result.completeExceptionally(impossible);
    }
  }

  private void retryOrFail(Throwable failure) {
    if (result.isDone()) {
      return;
    }
    long delay = Math.max(policy.delayNanos(attempts), Failures.retryAfterNanos(failure));
    boolean inTime = time.nanoTime() + delay - deadlineNanos < 0;
    if (attempts >= policy.maxAttempts() || !inTime || !Failures.isTransient(failure)) {
      result.completeExceptionally(failure);
      return;
    }
    backoff = time.schedule(this::attempt, delay);
    if (result.isDone()) {
      stop();
    }
  }

  private void stop() {
    Timer pending = backoff;
    if (pending != null) {
      pending.cancel();
    }
    ListenableFuture<A> call = onTheWire;
    if (call != null) {
      call.cancel(true);
    }
  }
}
