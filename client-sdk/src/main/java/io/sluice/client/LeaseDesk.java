package io.sluice.client;

import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Release;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Where leases are handed out and taken back: turns acquires and releases into calls, counts what
 * is out, and gives everything back in the end.
 *
 * <p>Guarantees: every call is tracked until it ends, and {@link #close} ends them all; a grant
 * that nobody takes any more is given back; a place is taken for each acquire and given exactly
 * once, when the acquire fails or owes nothing, or its lease's release or loss is done with.
 *
 * <p>Futures of this class are completed on the transport's or the timer's thread; only {@link
 * #delivered} ones may be handed to the application.
 */
final class LeaseDesk implements SessionFront {
  private static final Logger log = System.getLogger(LeaseDesk.class.getName());

  private final Transport transport;
  private final Time time;
  private final Settings settings;
  private final ClientSession session;
  private final Callbacks callbacks;
  private final Counters counters = new Counters();
  private final Renewals renewals;
  private final Bound places;
  private final AtomicBoolean closing = new AtomicBoolean();

  LeaseDesk(
      Transport transport, Time time, RetryPolicy policy, Settings settings, String sessionId) {
    this.transport = transport;
    this.time = time;
    this.settings = settings;
    this.session = new ClientSession(sessionId, transport, time, policy, settings, this);
    this.callbacks = new Callbacks(counters, time::nanoTime);
    this.renewals = new Renewals(session::renew, time, policy, settings, this::lost);
    this.places =
        new Bound("leases held, and acquires and releases under way,", settings.maxLeases());
  }

  long nanoTime() {
    return time.nanoTime();
  }

  ClientStats stats() {
    return new ClientStats(
        places.taken(),
        counters.leasesLost.sum(),
        renewals.failures(),
        counters.releaseFailures.sum(),
        counters.listenerFailures.sum());
  }

  /** Acquires. Cancelling the future gives it up. No code of the application may hang on it. */
  CompletableFuture<Answer> acquire(Acquisition acquisition) {
    return acquire(new Acquiring<>(acquisition, this, answer -> answer, false));
  }

  /** Acquires for the application, whose code may hang on the future. */
  CompletableFuture<Lease> acquireDelivered(Acquisition acquisition) {
    return acquire(new Acquiring<>(acquisition, this, Answer::leaseOrThrow, true));
  }

  private <T> CompletableFuture<T> acquire(Acquiring<T> call) {
    if (closing.get()) {
      call.fail(new IllegalStateException("the client is closed"));
    } else if (!places.tryTake()) {
      call.fail(places.exhausted());
    } else {
      session.acquire(call);
      if (closing.get()) {
        cancel(call); // it may have come after those that were cancelled
      }
    }
    return call;
  }

  /** Waits for an answer. An interrupt gives the call up, or gives back what it brought. */
  static Answer await(CompletableFuture<Answer> answer) throws InterruptedException {
    try {
      return answer.get();
    } catch (ExecutionException failed) {
      throw Failures.exception(causeOf(failed));
    } catch (InterruptedException interrupted) {
      if (!answer.cancel(false)) {
        Completion.of(
            answer,
            (late, failure) -> {
              if (failure == null) {
                late.discard();
              }
            });
      }
      throw interrupted;
    }
  }

  /** Gives up an acquire whose future somebody else completed. */
  void giveUp(Acquiring<?> call) {
    if (session.giveUp(call)) {
      places.give();
    }
  }

  /** Gives a lease back; {@code held} if its place is still taken. */
  CompletableFuture<Void> release(Lease lease, Release release, boolean held) {
    if (lease.id().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    renewals.remove(lease);
    return settled(session.release(List.of(release)).get(0), held);
  }

  /** Waits for a release. An interrupt ends the waiting, not the release, and stays set. */
  static void awaitRelease(CompletableFuture<?> released) {
    try {
      released.get();
    } catch (ExecutionException failed) {
      throw Failures.exception(causeOf(failed));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A release for the application to follow. */
  CompletableFuture<Void> delivered(CompletableFuture<Void> released) {
    return callbacks.deliver(released);
  }

  /** Runs a listener of a lease that is lost. */
  void notify(Runnable listener) {
    callbacks.listen(listener);
  }

  @Override
  public Lease granted(
      Acquiring<?> call,
      Grant grant,
      @Nullable Remaining remaining,
      long receivedNanos,
      Duration confirmWithin) {
    long granted =
        LeaseClock.grantedNanos(
            call.sentNanos, receivedNanos, Messages.duration(grant.getWaited()));
    Lease lease =
        new Lease(this, grant, remaining, call.acquisition().resource(), granted, confirmWithin);
    if (lease.id().isEmpty()) {
      places.give();
    } else if (!renewals.add(lease)) {
      call.cancel(false); // closing
    }
    Answer answer = Answer.granted(lease);
    settle(call, () -> call.answer(answer));
    return lease;
  }

  @Override
  public void denied(Acquiring<?> call, Denial denial) {
    places.give();
    settle(call, () -> call.answer(Answer.denied(denial)));
  }

  @Override
  public void failed(Acquiring<?> call, Throwable failure) {
    places.give();
    settle(call, () -> call.fail(failure));
  }

  @Override
  public void lost(List<String> leaseIds) {
    renewals.lost(leaseIds);
  }

  @Override
  public void doubtful(Lease lease) {
    renewals.lost(List.of(lease.id()));
  }

  @Override
  public void forgotten() {
    renewals.presentAll();
  }

  @Override
  public boolean isHolding() {
    return !renewals.isEmpty();
  }

  @Override
  public boolean isQuiet() {
    return callbacks.tend();
  }

  /**
   * Cancels the acquires under way, gives back every lease as abandoned, waits for that at most the
   * timeout, and ends everything. Once; later calls return at once.
   */
  void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    session.acquires().forEach(this::cancel);
    List<Release> abandoned =
        renewals.close().stream().map(Lease::abandon).filter(Objects::nonNull).toList();
    for (CompletableFuture<Void> released : session.release(abandoned)) {
      var unused = settled(released, true);
    }
    awaitAll(session.releases());
    session.close();
    time.close();
    callbacks.close();
    transport.close();
  }

  private void awaitAll(List<CompletableFuture<Void>> calls) {
    try {
      CompletableFuture.allOf(calls.toArray(CompletableFuture<?>[]::new))
          .get(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | CancellationException | TimeoutException incomplete) {
      log.log(Level.WARNING, "closing: not every lease could be given back", incomplete);
    }
  }

  private void cancel(Acquiring<?> call) {
    if (session.giveUp(call)) {
      places.give();
      settle(call, () -> call.fail(new CancellationException()));
    }
  }

  /**
   * Follows a release; the future completes after its place is given, so that whoever waits for it
   * finds everything settled.
   */
  private CompletableFuture<Void> settled(CompletableFuture<Void> released, boolean held) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Completion.of(
        released,
        (answer, failure) -> {
          if (held) {
            places.give();
          }
          if (failure == null) {
            done.complete(null);
          } else {
            counters.releaseFailures.increment();
            log.log(Level.WARNING, "gave up releasing a lease", failure);
            done.completeExceptionally(failure);
          }
        });
    return done;
  }

  /** Completes a call: here if nothing of the application hangs on it, else on its own threads. */
  private void settle(Acquiring<?> call, Runnable completion) {
    if (call.isDelivered()) {
      callbacks.run(completion);
    } else {
      completion.run();
    }
  }

  private void lost(Lease lease) {
    if (lease.lose()) {
      counters.leasesLost.increment();
      lease.tellLost();
      callbacks.listen(places::give); // behind the lease's own listeners
    }
  }

  private static Throwable causeOf(ExecutionException failed) {
    return failed.getCause() == null ? failed : failed.getCause();
  }
}
