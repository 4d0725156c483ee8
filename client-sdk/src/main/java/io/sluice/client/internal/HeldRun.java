package io.sluice.client.internal;

import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.ThrottledException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One run of work under a lease, or under none, which can be ended from outside. Thread-safe.
 *
 * <p>Guarantees: the lease is given back exactly once, with what the work showed or with what ended
 * it; a thread is interrupted only while it is in {@link #call}, and does not keep that interrupt.
 */
public final class HeldRun {
  private final @Nullable Lease lease;
  private @Nullable Thread thread; // guarded by this
  private boolean ended; // guarded by this

  /**
   * Creates it.
   *
   * @param lease what the work holds; null = nothing
   */
  public HeldRun(@Nullable Lease lease) {
    this.lease = lease;
  }

  /**
   * Does the work in this thread, and gives the lease back before it returns.
   *
   * @param <R> what the work returns
   * @param work called once
   * @return what the work returned
   * @throws CancellationException if it was ended before it began
   * @throws Exception what the work threw
   */
  public <R> R call(Callable<R> work) throws Exception {
    enter();
    @Nullable Throwable failure = null;
    try {
      return work.call();
    } catch (Throwable thrown) {
      failure = thrown;
      throw thrown;
    } finally {
      leave();
      giveBack(failure);
    }
  }

  /** Interrupts the work, or keeps it from beginning; the lease is given back by the work. */
  public synchronized void stop() {
    ended = true;
    if (thread != null) {
      thread.interrupt();
    }
  }

  /**
   * Stops the work and gives the lease back without waiting for it. Does nothing if it has ended.
   *
   * @param outcome how it ended
   */
  public void end(Outcome outcome) {
    stop();
    release(outcome);
  }

  private synchronized void enter() {
    if (ended) {
      throw new CancellationException("ended before it began");
    }
    thread = Thread.currentThread();
  }

  private synchronized void leave() {
    thread = null;
    if (ended) {
      boolean unused = Thread.interrupted();
    }
  }

  private void giveBack(@Nullable Throwable failure) {
    if (lease != null && failure instanceof ThrottledException throttled) {
      throttled.retryAfter().ifPresent(lease::retryAfter);
    }
    release(failure == null ? null : Outcome.of(failure));
  }

  /** Releases with the outcome, or with what the work told the lease itself. */
  private void release(@Nullable Outcome outcome) {
    if (lease == null) {
      return;
    }
    try {
      if (outcome != null) {
        lease.release(outcome);
      } else {
        lease.close();
      }
    } catch (RuntimeException logged) {
      // Counted and logged by the client, where it was given up; the lease ends with its time.
    }
  }
}
