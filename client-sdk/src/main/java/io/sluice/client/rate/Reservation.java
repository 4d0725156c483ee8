package io.sluice.client.rate;

import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that are charged ahead of the work that they are for, so that nobody else can take them:
 * at once if there are enough, else as soon as its turn in the server's queue comes.
 *
 * <pre>{@code
 * Reservation later = limiter.reserve(3, Duration.ofSeconds(10));
 * later.ready().thenRun(...);
 * }</pre>
 *
 * <p>They are charged once, and spent with {@link #execute}. What is not executed within its time
 * after it was ready expires, and gives them back; so does {@link #cancel}. While the process
 * lives, the reservation does; if it dies, the tokens come back with the lease that holds them.
 *
 * <p>Thread-safe.
 */
public final class Reservation implements AutoCloseable {

  /** Where a reservation stands. */
  public enum State {
    /** In the server's queue; nothing is charged yet. */
    WAITING,
    /** Charged, and not executed yet. */
    READY,
    /** Executed, or being so. */
    EXECUTED,
    /** Given back. */
    CANCELLED,
    /** Given back because nobody executed it in time. */
    EXPIRED,
    /** It was not ready in time, or the server could not be asked. */
    REFUSED
  }

  private final Duration ttl;
  private final Tallies tallies;
  private final CompletableFuture<Reservation> ready = new CompletableFuture<>();
  private final CompletableFuture<Boolean> over = new CompletableFuture<>();

  // Guarded by this.
  private State state = State.WAITING;
  private @Nullable Lease lease;
  private @Nullable CompletableFuture<Lease> pending;

  Reservation(Duration ttl, Tallies tallies) {
    this.ttl = ttl;
    this.tallies = tallies;
  }

  /**
   * Where it stands.
   *
   * @return now
   */
  public synchronized State state() {
    return state;
  }

  /**
   * Whether {@link #execute} would run the work.
   *
   * @return now
   */
  public boolean isReady() {
    return state() == State.READY;
  }

  /**
   * When it is ready.
   *
   * @return completes with this reservation, on a thread of the client where it had to wait;
   *     exceptionally with what refused it; cancelled with it. Completing it changes nothing
   */
  public CompletableFuture<Reservation> ready() {
    return ready.copy();
  }

  /**
   * Runs the work in this thread with the tokens that are charged, and reports how it ended. Once.
   *
   * @param <T> what the work returns
   * @param work what they are for
   * @return what the work returned
   * @throws IllegalStateException if it is not ready yet
   * @throws NoSuchElementException if it was executed, cancelled or refused, or has expired
   * @throws Exception what the work threw
   */
  public <T> T execute(Callable<T> work) throws Exception {
    try (Lease charged = take()) {
      return run(charged, work);
    }
  }

  /**
   * Gives the tokens back, or leaves the queue.
   *
   * @return whether there was something to give back; false once it is executed, cancelled or
   *     expired
   */
  public boolean cancel() {
    return end(State.CANCELLED);
  }

  /** Cancels it if it has not been executed. */
  @Override
  public void close() {
    var unused = cancel();
  }

  /** Runs work under a lease that the caller closes; tells the lease of a failure. */
  static <T> T run(Lease lease, Callable<T> work) throws Exception {
    try {
      return work.call();
    } catch (Throwable thrown) {
      lease.failed(thrown);
      throw thrown;
    }
  }

  /** It is charged. */
  void begin(Lease charged) {
    if (becomeReady(charged)) {
      charged.onLost(() -> end(State.EXPIRED));
      var unused =
          over.completeOnTimeout(true, ttl.toNanos(), TimeUnit.NANOSECONDS)
              .thenAccept(expired -> end(State.EXPIRED));
      ready.complete(this);
    } else {
      var unused = charged.releaseAsync(Outcome.UNUSED);
    }
  }

  /** It waits in the queue. */
  void begin(CompletableFuture<Lease> acquire) {
    synchronized (this) {
      pending = acquire;
    }
    var unused =
        acquire.whenComplete(
            (charged, failure) -> {
              if (failure == null) {
                begin(charged);
              } else {
                refuse(failure);
              }
            });
  }

  /** It is not to be. */
  void refused() {
    refuse(new NoSuchElementException("the reservation was refused"));
  }

  private synchronized boolean becomeReady(Lease charged) {
    if (state != State.WAITING) {
      return false;
    }
    state = State.READY;
    lease = charged;
    return true;
  }

  private Lease take() {
    Lease charged = taken();
    if (!charged.isValid()) {
      throw new NoSuchElementException("the reservation is no longer held");
    }
    return charged;
  }

  private synchronized Lease taken() {
    Lease charged = lease;
    if (state == State.WAITING) {
      throw new IllegalStateException("the reservation is not ready");
    }
    if (state != State.READY || charged == null) {
      throw new NoSuchElementException("the reservation is " + state);
    }
    state = State.EXECUTED;
    tallies.unreserve();
    over.cancel(false);
    return charged;
  }

  private void refuse(Throwable why) {
    synchronized (this) {
      if (state != State.WAITING) {
        return;
      }
      state = State.REFUSED;
    }
    tallies.unreserve();
    ready.completeExceptionally(why);
  }

  private boolean end(State how) {
    Lease charged;
    CompletableFuture<Lease> waits;
    synchronized (this) {
      boolean alive = state == State.READY || (state == State.WAITING && how != State.EXPIRED);
      if (!alive) {
        return false;
      }
      state = how;
      charged = lease;
      waits = pending;
    }
    tallies.unreserve();
    if (how == State.EXPIRED) {
      tallies.expired();
    }
    if (charged != null) {
      var unused = charged.releaseAsync(Outcome.UNUSED);
    } else if (waits != null) {
      waits.cancel(false);
    }
    over.cancel(false);
    ready.cancel(false);
    return true;
  }
}
