package io.sluice.client;

import io.sluice.client.admin.Adjusted;
import io.sluice.client.admin.ConcurrencyLimit;
import io.sluice.client.admin.Holder;
import io.sluice.client.admin.Purge;
import io.sluice.client.admin.Purged;
import io.sluice.client.admin.RateLimit;
import io.sluice.proto.v1.AdjustRateRequest;
import io.sluice.proto.v1.AdjustRateResponse;
import io.sluice.proto.v1.DeleteLimitRequest;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.ListLeasesRequest;
import io.sluice.proto.v1.ListLeasesResponse;
import io.sluice.proto.v1.Pause;
import io.sluice.proto.v1.PauseResourceRequest;
import io.sluice.proto.v1.PurgeRequest;
import io.sluice.proto.v1.PurgeResponse;
import io.sluice.proto.v1.PutLimitRequest;
import io.sluice.proto.v1.ResumeResourceRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Administration of the server from a program: limits, pauses, and who holds. Thread-safe.
 *
 * <p>What is put here is not written to the server's configuration file. Each method sends one call
 * within the client's timeout, and throws
 *
 * <ul>
 *   <li>{@link IllegalArgumentException}: the server found a field out of its bounds; nothing is
 *       changed then
 *   <li>{@link java.util.NoSuchElementException}: there is none of that name
 *   <li>{@link SluiceUnavailableException}: no answer within the timeout
 *   <li>{@link SecurityException}: the server does not let this caller
 * </ul>
 */
public final class SluiceAdmin {
  private static final int PAGE_SIZE = 1000;

  private final ServiceCalls calls;
  private final String clientId;

  SluiceAdmin(ServiceCalls calls, String clientId) {
    this.calls = calls;
    this.clientId = clientId;
  }

  /**
   * Puts a rate into force, in the place of the limit of its name; tokens are carried over.
   *
   * @param limit all of it
   * @throws InterruptedException if the thread is interrupted
   */
  public void putRate(RateLimit limit) throws InterruptedException {
    put(LimitMessages.rate(limit));
  }

  /**
   * Puts a bound on leases into force, in the place of the limit of its name. Nobody is revoked; a
   * raise is handed out at once.
   *
   * @param limit all of it
   * @throws InterruptedException if the thread is interrupted
   */
  public void putConcurrency(ConcurrencyLimit limit) throws InterruptedException {
    put(LimitMessages.concurrency(limit));
  }

  /**
   * Takes a limit out of force. Leases hold on; its counters are gone.
   *
   * @param limit its name
   * @throws InterruptedException if the thread is interrupted
   */
  public void deleteLimit(String limit) throws InterruptedException {
    DeleteLimitRequest request = DeleteLimitRequest.newBuilder().setLimit(limit).build();
    ServiceCalls.await(calls.admin().deleteLimit(request));
  }

  /**
   * Multiplies what an adaptive limit has found, now, within its bounds. Each call counts, and is
   * logged with this client's id.
   *
   * @param limit its name
   * @param factor finite and above 0
   * @return what it was and is
   * @throws InterruptedException if the thread is interrupted; it may be adjusted all the same
   */
  public Adjusted adjustRate(String limit, double factor) throws InterruptedException {
    AdjustRateRequest request =
        AdjustRateRequest.newBuilder()
            .setLimit(limit)
            .setFactor(factor)
            .setClientId(clientId)
            .build();
    AdjustRateResponse response = ServiceCalls.await(calls.admin().adjustRate(request));
    return new Adjusted(response.getFrom(), response.getValue());
  }

  /**
   * Lets nothing start on some resources until {@link #resume}. Holders go on; who is willing to
   * wait waits, and keeps the place.
   *
   * @param resource a glob
   * @param reason for people, 0..1024 bytes
   * @throws InterruptedException if the thread is interrupted
   */
  public void pause(String resource, String reason) throws InterruptedException {
    PauseResourceRequest request =
        PauseResourceRequest.newBuilder()
            .setPause(Pause.newBuilder().setResourcePattern(resource).setReason(reason))
            .build();
    ServiceCalls.await(calls.admin().pauseResource(request));
  }

  /**
   * Ends the pause of exactly this glob; who waited starts at once, in order.
   *
   * @param resource the glob, as it was paused
   * @throws InterruptedException if the thread is interrupted
   */
  public void resume(String resource) throws InterruptedException {
    ResumeResourceRequest request =
        ResumeResourceRequest.newBuilder().setResourcePattern(resource).build();
    ServiceCalls.await(calls.admin().resumeResource(request));
  }

  /**
   * Denies those who wait, with {@link DenialReason#SHED}, and revokes those who hold if the purge
   * says so.
   *
   * @param purge whom
   * @return how many
   * @throws InterruptedException if the thread is interrupted; they may be sent away all the same
   */
  public Purged purge(Purge purge) throws InterruptedException {
    PurgeRequest request =
        PurgeRequest.newBuilder()
            .setResourcePattern(purge.resource())
            .setLimit(purge.limit())
            .setClientId(purge.clientId())
            .setWaiters(true)
            .setLeases(purge.leases())
            .setMessage(purge.message())
            .build();
    PurgeResponse response = ServiceCalls.await(calls.admin().purge(request));
    return new Purged(response.getWaiters(), response.getLeases());
  }

  /**
   * Who holds leases that charge a limit, in the order of their fencing tokens. Costs a call for
   * each thousand.
   *
   * @param limit its name; empty = any
   * @return as many as the server has
   * @throws InterruptedException if the thread is interrupted
   */
  public List<Holder> holders(String limit) throws InterruptedException {
    ListLeasesRequest.Builder request =
        ListLeasesRequest.newBuilder().setLimit(limit).setPageSize(PAGE_SIZE);
    List<Holder> holders = new ArrayList<>();
    ListLeasesResponse page;
    do {
      page = ServiceCalls.await(calls.admin().listLeases(request.build()));
      page.getLeasesList().forEach(lease -> holders.add(LimitMessages.holder(lease)));
      request.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());
    return List.copyOf(holders);
  }

  private void put(Limit limit) throws InterruptedException {
    PutLimitRequest request = PutLimitRequest.newBuilder().setLimit(limit).build();
    ServiceCalls.await(calls.admin().putLimit(request));
  }
}
