package io.sluice.client;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AcquireResponse.ResultCase;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
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
final class LeaseDesk {
  private static final Logger log = System.getLogger(LeaseDesk.class.getName());

  private final Transport transport;
  private final Time time;
  private final RetryPolicy policy;
  private final Settings settings;
  private final Callbacks callbacks;
  private final Counters counters = new Counters();
  private final Renewals renewals;
  private final Bound places;
  private final UnderWay acquires = new UnderWay();
  private final UnderWay releases = new UnderWay();
  private final AtomicBoolean closing = new AtomicBoolean();

  LeaseDesk(Transport transport, Time time, RetryPolicy policy, Settings settings) {
    this.transport = transport;
    this.time = time;
    this.policy = policy;
    this.settings = settings;
    this.callbacks = new Callbacks(settings.maxLeases(), counters);
    this.renewals = new Renewals(transport, time, policy, settings, this::lost);
    this.places =
        new Bound("leases held, and acquires and releases under way,", settings.maxLeases());
  }

  long nanoTime() {
    return time.nanoTime();
  }

  Callbacks callbacks() {
    return callbacks;
  }

  ClientStats stats() {
    return new ClientStats(
        places.taken(),
        counters.leasesLost.sum(),
        renewals.failures(),
        counters.releaseFailures.sum(),
        counters.listenerFailures.sum());
  }

  /** Acquires. Cancelling the future cancels the call. */
  CompletableFuture<Answer> acquire(Acquisition acquisition) {
    if (closing.get()) {
      return CompletableFuture.failedFuture(new IllegalStateException("the client is closed"));
    }
    if (!places.tryTake()) {
      return CompletableFuture.failedFuture(places.exhausted());
    }
    AcquireRequest request = identified(acquisition.request());
    CompletableFuture<Exchange<AcquireResponse>> call =
        new RetryingCall<AcquireResponse>(
                (number, waitNanos, timeoutNanos) -> send(request, number, waitNanos, timeoutNanos),
                time,
                policy,
                LeaseClock.nanos(acquisition.maxWait()),
                settings.timeout().toNanos())
            .start();
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Completion.of(answer, (done, failure) -> call.cancel(false));
    Completion.of(call, (exchange, failure) -> settle(request, answer, exchange, failure));
    acquires.track(answer);
    return answer;
  }

  /** Waits for an answer. An interrupt cancels the call, or gives back what it brought. */
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

  /** Gives a lease back; {@code held} if its place is still taken. */
  CompletableFuture<Void> release(Lease lease, Release release, boolean held) {
    if (lease.id().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    renewals.remove(lease);
    return send(List.of(release), held ? places::give : () -> {});
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
    return callbacks.deliver(released::copy, done -> null, done -> {});
  }

  /** Runs a listener of a lease that is lost. */
  void notify(Runnable listener) {
    callbacks.listen(listener);
  }

  /**
   * Cancels the acquires under way, gives back every lease as abandoned, waits for that at most the
   * timeout, and ends everything. Once; later calls return at once.
   */
  void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    acquires.cancelAll();
    awaitAll(abandonAll());
    releases.cancelAll();
    time.close();
    callbacks.close();
    transport.close();
  }

  private List<CompletableFuture<?>> abandonAll() {
    List<Release> abandoned =
        renewals.close().stream().map(Lease::abandon).filter(Objects::nonNull).toList();
    for (int from = 0; from < abandoned.size(); from += Renewals.MAX_BATCH) {
      List<Release> batch =
          abandoned.subList(from, Math.min(abandoned.size(), from + Renewals.MAX_BATCH));
      var unused = send(batch, () -> batch.forEach(release -> places.give()));
    }
    return releases.all();
  }

  private void awaitAll(List<CompletableFuture<?>> calls) {
    try {
      CompletableFuture.allOf(calls.toArray(CompletableFuture<?>[]::new))
          .get(settings.timeout().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | CancellationException | TimeoutException incomplete) {
      log.log(Level.WARNING, "closing: not every lease could be given back", incomplete);
    }
  }

  private AcquireRequest identified(AcquireRequest request) {
    AcquireRequest.Builder identified = request.toBuilder().setClientId(settings.clientId());
    if (request.getRequestId().isEmpty()) {
      identified.setRequestId(UUID.randomUUID().toString().replace("-", ""));
    }
    return identified.build();
  }

  /** Sends one attempt. The wait is not part of what must be the same in a retry. */
  private ListenableFuture<AcquireResponse> send(
      AcquireRequest request, int number, long waitNanos, long timeoutNanos) {
    if (number == 1) {
      return transport.acquire(request, timeoutNanos);
    }
    transport.reconnect();
    AcquireRequest.Builder again = request.toBuilder();
    if (request.hasMaxWait()) {
      again.setMaxWait(Messages.duration(Duration.ofNanos(waitNanos)));
    }
    return transport.acquire(again.build(), timeoutNanos);
  }

  /**
   * Sends releases; the future completes after {@code atEnd} ran, so that whoever waits for it
   * finds everything settled.
   */
  private CompletableFuture<Void> send(List<Release> batch, Runnable atEnd) {
    ReleaseRequest request = ReleaseRequest.newBuilder().addAllReleases(batch).build();
    CompletableFuture<Exchange<ReleaseResponse>> call =
        new RetryingCall<ReleaseResponse>(
                (number, waitNanos, timeoutNanos) -> send(request, number, timeoutNanos),
                time,
                policy,
                0,
                settings.timeout().toNanos())
            .start();
    releases.track(call);
    CompletableFuture<Void> done = new CompletableFuture<>();
    Completion.of(
        call,
        (answer, failure) -> {
          atEnd.run();
          if (failure == null) {
            done.complete(null);
          } else {
            counters.releaseFailures.add(batch.size());
            log.log(Level.WARNING, "gave up releasing " + batch.size() + " leases", failure);
            done.completeExceptionally(failure);
          }
        });
    return done;
  }

  private ListenableFuture<ReleaseResponse> send(
      ReleaseRequest request, int number, long timeoutNanos) {
    if (number > 1) {
      transport.reconnect();
    }
    return transport.release(request, timeoutNanos);
  }

  private void settle(
      AcquireRequest request,
      CompletableFuture<Answer> answer,
      @Nullable Exchange<AcquireResponse> exchange,
      @Nullable Throwable failure) {
    if (exchange == null) {
      places.give();
      answer.completeExceptionally(failure == null ? new CancellationException() : failure);
      return;
    }
    AcquireResponse message = exchange.answer();
    if (message.getResultCase() == ResultCase.RESULT_NOT_SET) {
      places.give();
      answer.completeExceptionally(
          Status.INTERNAL.withDescription("neither grant nor denial").asRuntimeException());
      return;
    }
    Lease lease = message.hasGrant() ? lease(request, message.getGrant(), exchange) : null;
    if (lease == null || lease.id().isEmpty()) {
      places.give();
    } else if (!renewals.add(lease)) {
      answer.cancel(false); // closing
    }
    Answer done = new Answer(message, lease);
    if (!answer.complete(done)) {
      done.discard();
    }
  }

  private Lease lease(AcquireRequest request, Grant grant, Exchange<?> exchange) {
    long granted = LeaseClock.grantedNanos(exchange, Messages.duration(grant.getWaited()));
    return new Lease(this, grant, request.getDemands(0).getResource(), granted);
  }

  private void lost(Lease lease) {
    if (lease.lose()) {
      counters.leasesLost.increment();
      callbacks.listen(places::give); // behind the lease's own listeners
    }
  }

  private static Throwable causeOf(ExecutionException failed) {
    return failed.getCause() == null ? failed : failed.getCause();
  }
}
