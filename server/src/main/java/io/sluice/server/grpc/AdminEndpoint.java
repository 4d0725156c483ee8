package io.sluice.server.grpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.sluice.engine.admission.Waiting;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Charge;
import io.sluice.proto.v1.AdjustRateRequest;
import io.sluice.proto.v1.AdjustRateResponse;
import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.CordonDeviceRequest;
import io.sluice.proto.v1.CordonDeviceResponse;
import io.sluice.proto.v1.DeleteLimitRequest;
import io.sluice.proto.v1.DeleteLimitResponse;
import io.sluice.proto.v1.ExplainRequest;
import io.sluice.proto.v1.ExplainResponse;
import io.sluice.proto.v1.GetLeaseRequest;
import io.sluice.proto.v1.GetLeaseResponse;
import io.sluice.proto.v1.GetLimitRequest;
import io.sluice.proto.v1.GetLimitResponse;
import io.sluice.proto.v1.Lease;
import io.sluice.proto.v1.ListAdjustmentsRequest;
import io.sluice.proto.v1.ListAdjustmentsResponse;
import io.sluice.proto.v1.ListLeasesRequest;
import io.sluice.proto.v1.ListLeasesResponse;
import io.sluice.proto.v1.ListLimitsRequest;
import io.sluice.proto.v1.ListLimitsResponse;
import io.sluice.proto.v1.ListWaitersRequest;
import io.sluice.proto.v1.ListWaitersResponse;
import io.sluice.proto.v1.PauseResourceRequest;
import io.sluice.proto.v1.PauseResourceResponse;
import io.sluice.proto.v1.PurgeRequest;
import io.sluice.proto.v1.PurgeResponse;
import io.sluice.proto.v1.PutLimitRequest;
import io.sluice.proto.v1.PutLimitResponse;
import io.sluice.proto.v1.ReloadConfigRequest;
import io.sluice.proto.v1.ReloadConfigResponse;
import io.sluice.proto.v1.ResetLimitRequest;
import io.sluice.proto.v1.ResetLimitResponse;
import io.sluice.proto.v1.ResumeResourceRequest;
import io.sluice.proto.v1.ResumeResourceResponse;
import io.sluice.proto.v1.RevokeLeaseRequest;
import io.sluice.proto.v1.RevokeLeaseResponse;
import io.sluice.server.driver.EngineDriver;
import java.util.List;
import java.util.function.Supplier;

/** AdminService on the wire. */
final class AdminEndpoint extends AdminServiceGrpc.AdminServiceImplBase {
  private static final int DEFAULT_PAGE = 1000;
  private static final int MAX_PAGE = 10_000;

  private final EngineDriver driver;
  private final LimitCalls limits;
  private final Adjustments adjustments;

  AdminEndpoint(EngineDriver driver, LimitCalls limits, Adjustments adjustments) {
    this.driver = driver;
    this.limits = limits;
    this.adjustments = adjustments;
  }

  @Override
  public void listLimits(ListLimitsRequest request, StreamObserver<ListLimitsResponse> observer) {
    answer(observer, () -> limits.list(request));
  }

  @Override
  public void listLeases(ListLeasesRequest request, StreamObserver<ListLeasesResponse> observer) {
    int pageSize;
    long after;
    try {
      Bounds.requireRange("page_size", request.getPageSize(), 0, MAX_PAGE);
      pageSize = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
      after = pageToken(request.getPageToken());
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
      return;
    }
    List<Lease> leases =
        driver.ask(
            engine ->
                engine.store().leases().stream()
                    .filter(lease -> lease.fencingToken() > after && matches(request, lease))
                    .limit(pageSize)
                    .map(lease -> AdminToWire.lease(lease, driver.nowNanos()))
                    .toList());
    ListLeasesResponse.Builder response = ListLeasesResponse.newBuilder().addAllLeases(leases);
    if (leases.size() == pageSize) {
      // Leases are in the order of their fences, so the last fence is where the next page begins.
      response.setNextPageToken(Long.toString(leases.get(pageSize - 1).getFencingToken()));
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  @Override
  public void listWaiters(
      ListWaitersRequest request, StreamObserver<ListWaitersResponse> observer) {
    int pageSize;
    long after;
    try {
      Bounds.requireRange("page_size", request.getPageSize(), 0, MAX_PAGE);
      pageSize = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
      after = pageToken(request.getPageToken());
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
      return;
    }
    List<Waiting> waiters =
        driver.ask(engine -> engine.waiters(driver.nowNanos())).stream()
            .filter(waiting -> waiting.sequence() >= after && matches(request, waiting))
            .limit(pageSize)
            .toList();
    ListWaitersResponse.Builder response = ListWaitersResponse.newBuilder();
    waiters.forEach(waiting -> response.addWaiters(AdminToWire.waiter(waiting)));
    if (waiters.size() == pageSize) {
      response.setNextPageToken(Long.toString(waiters.get(pageSize - 1).sequence() + 1));
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  @Override
  public void getLease(GetLeaseRequest request, StreamObserver<GetLeaseResponse> observer) {
    Lease lease;
    try {
      lease = driver.lease(FromWire.leaseId(request.getLeaseId()), AdminToWire::lease);
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
      return;
    }
    if (lease == null) {
      observer.onError(Statuses.notFound("lease", request.getLeaseId()));
      return;
    }
    observer.onNext(GetLeaseResponse.newBuilder().setLease(lease).build());
    observer.onCompleted();
  }

  @Override
  public void revokeLease(
      RevokeLeaseRequest request, StreamObserver<RevokeLeaseResponse> observer) {
    try {
      LeaseId id = FromWire.leaseId(request.getLeaseId());
      Bounds.requireText("message", request.getMessage(), 0, Bounds.MAX_MESSAGE_BYTES);
      long grace = Durations.nanos("grace", request.getGrace(), Bounds.MAX_TTL_NANOS);
      driver.revoke(
          id,
          request.getMessage(),
          grace,
          AdminToWire::lease,
          new DurableReply<>(
              observer,
              lease -> {
                if (lease == null) {
                  throw Statuses.notFound("lease", request.getLeaseId());
                }
                return RevokeLeaseResponse.newBuilder().setLease(lease).build();
              }));
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
    }
  }

  @Override
  public void cordonDevice(
      CordonDeviceRequest request, StreamObserver<CordonDeviceResponse> observer) {
    DeviceUsage device =
        driver.cordon(request.getLimit(), request.getDeviceUuid(), request.getCordoned());
    if (device == null) {
      observer.onError(
          Statuses.notFound("device", request.getDeviceUuid() + " of limit " + request.getLimit()));
      return;
    }
    observer.onNext(
        CordonDeviceResponse.newBuilder().setDevice(AdminToWire.device(device)).build());
    observer.onCompleted();
  }

  @Override
  public void explain(ExplainRequest request, StreamObserver<ExplainResponse> observer) {
    try {
      driver.explain(
          FromWire.explained(request), new DurableReply<>(observer, AdminToWire::explanation));
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
    }
  }

  @Override
  public void getLimit(GetLimitRequest request, StreamObserver<GetLimitResponse> observer) {
    answer(observer, () -> limits.get(request));
  }

  @Override
  public void putLimit(PutLimitRequest request, StreamObserver<PutLimitResponse> observer) {
    answer(observer, () -> limits.put(request));
  }

  @Override
  public void deleteLimit(
      DeleteLimitRequest request, StreamObserver<DeleteLimitResponse> observer) {
    answer(observer, () -> limits.delete(request));
  }

  @Override
  public void resetLimit(ResetLimitRequest request, StreamObserver<ResetLimitResponse> observer) {
    answer(observer, () -> limits.reset(request));
  }

  @Override
  public void adjustRate(AdjustRateRequest request, StreamObserver<AdjustRateResponse> observer) {
    answer(observer, () -> adjustments.adjust(request, Connections.peer()));
  }

  @Override
  public void listAdjustments(
      ListAdjustmentsRequest request, StreamObserver<ListAdjustmentsResponse> observer) {
    answer(observer, () -> adjustments.list(request));
  }

  @Override
  public void pauseResource(
      PauseResourceRequest request, StreamObserver<PauseResourceResponse> observer) {
    answer(observer, () -> limits.pause(request));
  }

  @Override
  public void resumeResource(
      ResumeResourceRequest request, StreamObserver<ResumeResourceResponse> observer) {
    answer(observer, () -> limits.resume(request));
  }

  @Override
  public void purge(PurgeRequest request, StreamObserver<PurgeResponse> observer) {
    try {
      limits.purge(request, observer);
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
    }
  }

  @Override
  public void reloadConfig(
      ReloadConfigRequest request, StreamObserver<ReloadConfigResponse> observer) {
    answer(observer, () -> limits.reload());
  }

  private static <T> void answer(StreamObserver<T> observer, Supplier<T> call) {
    T response;
    try {
      response = call.get();
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
      return;
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  private static long pageToken(String token) {
    if (token.isEmpty()) {
      return 0;
    }
    try {
      return Long.parseLong(token);
    } catch (NumberFormatException e) {
      throw new InvalidArgumentException(
          "page_token", "must be one that an answer carried but was " + token);
    }
  }

  private static boolean matches(ListLeasesRequest request, io.sluice.engine.store.Lease lease) {
    return (request.getClientId().isEmpty()
            || request.getClientId().equals(lease.claim().acquire().clientId()))
        && (request.getLimit().isEmpty()
            || lease.claim().charges().stream()
                .map(Charge::limitName)
                .anyMatch(request.getLimit()::equals))
        && (request.getResource().isEmpty()
            || lease.claim().acquire().demands().stream()
                .map(Demand::resource)
                .anyMatch(request.getResource()::equals));
  }

  private static boolean matches(ListWaitersRequest request, Waiting waiting) {
    return (request.getClientId().isEmpty()
            || request.getClientId().equals(waiting.acquire().clientId()))
        && (request.getLimit().isEmpty() || waiting.limits().contains(request.getLimit()))
        && (request.getResource().isEmpty()
            || waiting.acquire().demands().stream()
                .map(Demand::resource)
                .anyMatch(request.getResource()::equals));
  }
}
