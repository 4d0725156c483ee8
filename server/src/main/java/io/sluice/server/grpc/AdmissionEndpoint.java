package io.sluice.server.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResponse;
import io.sluice.proto.v1.ReleaseResult;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResponse;
import io.sluice.proto.v1.ReportRequest;
import io.sluice.proto.v1.ReportResponse;
import io.sluice.proto.v1.ResumeRequest;
import io.sluice.proto.v1.ResumeResponse;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import io.sluice.proto.v1.SuspendRequest;
import io.sluice.proto.v1.SuspendResponse;
import io.sluice.server.driver.EngineDriver;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** AdmissionService on the wire. */
final class AdmissionEndpoint extends AdmissionServiceGrpc.AdmissionServiceImplBase {
  private final EngineDriver driver;
  private final Connections connections;
  private final OutcomesFromWire outcomes;
  private final Sessions sessions;
  private final DoubleSupplier jitter;

  AdmissionEndpoint(
      EngineDriver driver,
      Connections connections,
      OutcomesFromWire outcomes,
      Sessions sessions,
      DoubleSupplier jitter) {
    this.driver = driver;
    this.connections = connections;
    this.outcomes = outcomes;
    this.sessions = sessions;
    this.jitter = jitter;
  }

  @Override
  public void acquire(AcquireRequest request, StreamObserver<AcquireResponse> observer) {
    Acquire acquire;
    try {
      acquire = FromWire.acquire(request, deadlineNanos());
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
      return;
    }
    connections.seen(acquire.clientId());
    new WaitingCall<>(
            (ServerCallStreamObserver<AcquireResponse>) observer, WaitingCall.Form.ACQUIRE, jitter)
        .start(caller -> driver.acquire(acquire, caller));
  }

  @Override
  public void suspend(SuspendRequest request, StreamObserver<SuspendResponse> observer) {
    try {
      driver.suspend(
          FromWire.leaseId(request.getLeaseId()),
          new DurableReply<>(
              observer,
              status ->
                  SuspendResponse.newBuilder().setStatus(ToWire.suspendStatus(status)).build()));
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
    }
  }

  @Override
  public void resume(ResumeRequest request, StreamObserver<ResumeResponse> observer) {
    LeaseId id;
    long maxWait;
    try {
      id = FromWire.leaseId(request.getLeaseId());
      maxWait =
          Math.min(
              Durations.nanos("max_wait", request.getMaxWait(), Bounds.MAX_TTL_NANOS),
              Math.max(0, deadlineNanos()));
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
      return;
    }
    new WaitingCall<>(
            (ServerCallStreamObserver<ResumeResponse>) observer, WaitingCall.Form.RESUME, jitter)
        .start(caller -> driver.resume(id, maxWait, caller));
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<RenewResponse> observer) {
    List<LeaseId> ids;
    long ttl;
    try {
      ids = FromWire.renewed(request);
      ttl = request.hasTtl() ? FromWire.ttl(request.getTtl()) : 0;
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
      return;
    }
    driver.clientsOf(ids).forEach(connections::seen);
    driver.renew(ids, ttl, new DurableReply<>(observer, renewals -> renewed(ids, renewals)));
  }

  private static RenewResponse renewed(List<LeaseId> ids, List<Renewal> renewals) {
    RenewResponse.Builder response = RenewResponse.newBuilder();
    for (int i = 0; i < ids.size(); i++) {
      response.addResults(ToWire.renewal(ids.get(i), renewals.get(i)));
    }
    return response.build();
  }

  @Override
  public void release(ReleaseRequest request, StreamObserver<ReleaseResponse> observer) {
    try {
      driver.release(
          outcomes.releases(request),
          new DurableReply<>(observer, statuses -> released(request, statuses)));
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
    }
  }

  private static ReleaseResponse released(ReleaseRequest request, List<ReleaseStatus> statuses) {
    ReleaseResponse.Builder response = ReleaseResponse.newBuilder();
    for (int i = 0; i < statuses.size(); i++) {
      response.addResults(
          ReleaseResult.newBuilder()
              .setLeaseId(request.getReleases(i).getLeaseId())
              .setStatus(ToWire.releaseStatus(statuses.get(i))));
    }
    return response.build();
  }

  @Override
  public void report(ReportRequest request, StreamObserver<ReportResponse> observer) {
    try {
      driver.report(outcomes.reports(request));
    } catch (InvalidArgumentException e) {
      observer.onError(Statuses.invalid(e));
      return;
    }
    observer.onNext(ReportResponse.getDefaultInstance());
    observer.onCompleted();
  }

  @Override
  public StreamObserver<SessionRequest> session(StreamObserver<SessionResponse> observer) {
    return new SessionStream(sessions, (ServerCallStreamObserver<SessionResponse>) observer);
  }

  private static long deadlineNanos() {
    Deadline deadline = Context.current().getDeadline();
    return deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
  }
}
