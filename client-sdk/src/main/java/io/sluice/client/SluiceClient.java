package io.sluice.client;

import io.sluice.client.statistics.Recommendation;
import io.sluice.client.statistics.Statistics;
import io.sluice.client.statistics.StatisticsFormat;
import io.sluice.proto.v1.ExportStatsRequest;
import io.sluice.proto.v1.GetRecommendationsRequest;
import io.sluice.proto.v1.GetStatsRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A connection to Sluice: asks it who may go now, and keeps what it grants alive.
 *
 * <pre>{@code
 * try (SluiceClient client = SluiceClient.connect("127.0.0.1:7400");
 *     Lease lease = client.acquire(Demand.of("openai/chat"))) {
 *   work();
 * }
 * }</pre>
 *
 * <p>Thread-safe; one for a process is enough. Calls that fail in passing are sent again, with the
 * same identity, so that a lost answer never takes twice.
 *
 * <p>What any acquire here may throw, or complete its future with:
 *
 * <ul>
 *   <li>{@link ConcurrencyException} and its subclasses: the server denied it
 *   <li>{@link SluiceUnavailableException}: no answer within the timeout and the attempts
 *   <li>{@link IllegalArgumentException}: the server found a field out of its bounds, or the
 *       request id used with other demands
 *   <li>{@link SecurityException}: the server does not let this caller
 *   <li>{@link IllegalStateException}: the client is closed, or holds as many leases as it may
 * </ul>
 */
public final class SluiceClient implements AutoCloseable {
  private final LeaseDesk desk;
  private final ServiceCalls calls;
  private final SluiceAdmin admin;

  SluiceClient(LeaseDesk desk, ServiceCalls calls, String clientId) {
    this.desk = desk;
    this.calls = calls;
    this.admin = new SluiceAdmin(calls, clientId);
  }

  /**
   * A client with default settings.
   *
   * @param target {@code host:port} or {@code unix:///path}
   * @return the client, to be closed
   */
  public static SluiceClient connect(String target) {
    return builder().target(target).build();
  }

  /**
   * For other settings.
   *
   * @return a builder
   */
  public static SluiceClientBuilder builder() {
    return new SluiceClientBuilder();
  }

  /**
   * Acquires one demand, answered at once.
   *
   * @param demand what is asked for
   * @return the lease, to be closed
   * @throws InterruptedException if the thread is interrupted; nothing is held then
   * @see #acquire(Acquisition)
   */
  public Lease acquire(Demand demand) throws InterruptedException {
    return acquire(Acquisition.of(demand));
  }

  /**
   * Acquires, waiting in the server's queue as long as the acquisition lets it.
   *
   * @param acquisition what is asked for, and how
   * @return the lease, to be closed
   * @throws InterruptedException if the thread is interrupted; the acquire is cancelled then
   */
  public Lease acquire(Acquisition acquisition) throws InterruptedException {
    return LeaseDesk.await(desk.acquire(acquisition)).leaseOrThrow();
  }

  /**
   * Acquires one demand if it can be had now.
   *
   * @param demand what is asked for
   * @return empty if it was denied and asking later may help
   * @throws InterruptedException if the thread is interrupted
   * @see #tryAcquire(Acquisition)
   */
  public Optional<Lease> tryAcquire(Demand demand) throws InterruptedException {
    return tryAcquire(Acquisition.of(demand));
  }

  /**
   * Acquires if it can be had now; never waits in the queue, whatever the acquisition says. A
   * denial that no time cures is thrown like from {@link #acquire}.
   *
   * @param acquisition what is asked for, and how
   * @return empty if it was denied and asking later may help
   * @throws InterruptedException if the thread is interrupted; the acquire is cancelled then
   */
  public Optional<Lease> tryAcquire(Acquisition acquisition) throws InterruptedException {
    Answer answer = LeaseDesk.await(desk.acquire(acquisition.withoutWait()));
    return answer.isDeniedForNow() ? Optional.empty() : Optional.of(answer.leaseOrThrow());
  }

  /**
   * Acquires one demand without blocking.
   *
   * @param demand what is asked for
   * @return completes with the lease, to be closed
   * @see #acquireAsync(Acquisition)
   */
  public CompletableFuture<Lease> acquireAsync(Demand demand) {
    return acquireAsync(Acquisition.of(demand));
  }

  /**
   * Acquires without blocking. The future completes on a thread of the client, where continuations
   * may block, though only four do so at once; blocking acquires and renewals do not depend on
   * them.
   *
   * <p>Cancelling the future, or completing it in any other way, cancels the call: the server takes
   * the acquire out of its queue, or takes back what it granted. Futures that were derived from it
   * do not pass a cancellation on.
   *
   * @param acquisition what is asked for, and how
   * @return completes with the lease, to be closed
   */
  public CompletableFuture<Lease> acquireAsync(Acquisition acquisition) {
    return desk.acquireDelivered(acquisition);
  }

  /**
   * Runs work under a lease of one demand.
   *
   * @param <T> what the work returns
   * @param demand what is asked for
   * @param work what to do with it
   * @return what the work returned
   * @throws Exception what the work threw, or an acquire throws
   * @see #execute(Acquisition, Callable)
   */
  public <T> T execute(Demand demand, Callable<T> work) throws Exception {
    return execute(Acquisition.of(demand), work);
  }

  /**
   * Acquires, runs the work in this thread, and gives back with the outcome that the work shows:
   *
   * <ul>
   *   <li>it returns: {@link Outcome#SUCCESS}
   *   <li>{@link ThrottledException}, or gRPC's RESOURCE_EXHAUSTED: {@link Outcome#THROTTLED}
   *   <li>{@link java.util.concurrent.TimeoutException}, {@code HttpTimeoutException}, {@link
   *       java.net.SocketTimeoutException}, or gRPC's DEADLINE_EXCEEDED: {@link Outcome#TIMEOUT}
   *   <li>{@link InterruptedException}, {@link java.util.concurrent.CancellationException}, or
   *       gRPC's CANCELLED: {@link Outcome#CANCELLED}
   *   <li>anything else: {@link Outcome#ERROR}
   * </ul>
   *
   * <p>The lease is given back before this returns. What the work throws is thrown on unchanged; if
   * the release fails too, that is added to it as suppressed, and only logged if the work returned.
   *
   * @param <T> what the work returns
   * @param acquisition what is asked for, and how
   * @param work what to do with it
   * @return what the work returned
   * @throws Exception what the work threw, or an acquire throws
   */
  public <T> T execute(Acquisition acquisition, Callable<T> work) throws Exception {
    Lease lease = acquire(acquisition);
    Throwable failure = null;
    try {
      return work.call();
    } catch (Throwable thrown) {
      failure = thrown;
      throw thrown;
    } finally {
      giveBack(lease, failure);
    }
  }

  /**
   * What the client holds, and what went wrong behind its callers' backs.
   *
   * @return a snapshot
   */
  public ClientStats stats() {
    return desk.stats();
  }

  /**
   * Administration of the server.
   *
   * @return the same for every call, good until the client is closed
   */
  public SluiceAdmin admin() {
    return admin;
  }

  /**
   * What the server counts: its limits, resources, and the process itself.
   *
   * @return a snapshot, all of it taken at one moment
   * @throws InterruptedException if the thread is interrupted
   * @throws SluiceUnavailableException if there is no answer within the timeout
   */
  public Statistics statistics() throws InterruptedException {
    return StatisticsMessages.statistics(
        ServiceCalls.await(calls.stats().getStats(GetStatsRequest.getDefaultInstance()))
            .getSnapshot());
  }

  /**
   * What the statistics suggest to change.
   *
   * @return the most severe first; empty = nothing
   * @throws InterruptedException if the thread is interrupted
   * @throws SluiceUnavailableException if there is no answer within the timeout
   */
  public List<Recommendation> recommendations() throws InterruptedException {
    GetRecommendationsRequest all = GetRecommendationsRequest.getDefaultInstance();
    return ServiceCalls.await(calls.stats().getRecommendations(all))
        .getRecommendationsList()
        .stream()
        .map(StatisticsMessages::recommendation)
        .toList();
  }

  /**
   * One snapshot of {@link #statistics} as a text for other programs.
   *
   * @param format how it is written
   * @return the text
   * @throws InterruptedException if the thread is interrupted
   * @throws SluiceUnavailableException if there is no answer within the timeout
   */
  public String export(StatisticsFormat format) throws InterruptedException {
    ExportStatsRequest request =
        ExportStatsRequest.newBuilder().setFormat(StatisticsMessages.format(format)).build();
    return ServiceCalls.await(calls.stats().exportStats(request)).getText();
  }

  /**
   * Gives everything back and ends the client: cancels acquires under way (their futures complete
   * with {@link java.util.concurrent.CancellationException}), releases every lease still held as
   * {@link Outcome#ABANDONED}, and waits for that at most the default timeout. Listeners of those
   * leases are not run. What cannot be given back ends with its time to live.
   */
  @Override
  public void close() {
    desk.close();
  }

  private static void giveBack(Lease lease, @Nullable Throwable failure) {
    if (failure == null) {
      lease.close();
      return;
    }
    try {
      lease.failed(failure);
      lease.release(lease.outcome());
    } catch (RuntimeException notReleased) {
      failure.addSuppressed(notReleased);
    }
  }
}
