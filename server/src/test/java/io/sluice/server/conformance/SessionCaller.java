package io.sluice.server.conformance;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResult;
import io.sluice.proto.v1.ReportRequest;
import io.sluice.proto.v1.SessionAcquire;
import io.sluice.proto.v1.SessionAnswer;
import io.sluice.proto.v1.SessionError;
import io.sluice.proto.v1.SessionOpen;
import io.sluice.proto.v1.SessionRefused;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import io.sluice.proto.v1.SessionRoute;
import io.sluice.proto.v1.SessionShape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Everything in one stream, one thing in each message: the shortest client of a session that there
 * can be, without any of the care that makes one outlive its stream.
 */
final class SessionCaller implements Caller {
  private final ManagedChannel channel;
  private final String clientId;
  private final Map<Long, CompletableFuture<AcquireResponse>> calls = new HashMap<>();
  private final Map<Long, CompletableFuture<List<ReleaseStatus>>> releases = new HashMap<>();
  private final Map<Long, CompletableFuture<List<RenewResult>>> renewals = new HashMap<>();
  private final Map<Long, CompletableFuture<Void>> reports = new HashMap<>();
  private final Map<AcquireRequest, Integer> shapes = new HashMap<>();
  private final Map<Integer, SessionRoute> routes = new HashMap<>();
  private StreamObserver<SessionRequest> stream;
  private long sent;
  private long received;
  private long lastCall;

  SessionCaller(ManagedChannel channel, String clientId) {
    this.channel = channel;
    this.clientId = clientId;
    open();
  }

  @Override
  public synchronized CompletableFuture<AcquireResponse> acquire(AcquireRequest request) {
    long number = ++lastCall;
    CompletableFuture<AcquireResponse> call =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean mayInterruptIfRunning) {
            send(SessionRequest.newBuilder().addCancels(number));
            return super.cancel(mayInterruptIfRunning);
          }
        };
    calls.put(number, call);
    SessionRequest.Builder message = SessionRequest.newBuilder();
    AcquireRequest shape = request.toBuilder().clearRequestId().build();
    Integer known = shapes.get(shape);
    if (known == null) { // so both forms are used: shapes from the second time on
      shapes.put(shape, shapes.size() + 1);
      message
          .addShapes(SessionShape.newBuilder().setNumber(shapes.size()).setAcquire(shape))
          .addAcquires(
              SessionAcquire.newBuilder()
                  .setCall(number)
                  .setAcquire(shape)
                  .setRequestId(request.getRequestId()));
    } else if (request.getRequestId().isEmpty()) {
      message.addCalls(number).addCallShapes(known);
    } else {
      message.addAcquires(
          SessionAcquire.newBuilder()
              .setCall(number)
              .setShape(known)
              .setRequestId(request.getRequestId()));
    }
    send(message);
    return call;
  }

  @Override
  public synchronized CompletableFuture<List<ReleaseStatus>> release(ReleaseRequest request) {
    CompletableFuture<List<ReleaseStatus>> done = new CompletableFuture<>();
    releases.put(sent + 1, done);
    send(SessionRequest.newBuilder().setRelease(request));
    return done;
  }

  @Override
  public synchronized CompletableFuture<List<RenewResult>> renew(RenewRequest request) {
    CompletableFuture<List<RenewResult>> done = new CompletableFuture<>();
    renewals.put(sent + 1, done);
    send(SessionRequest.newBuilder().setRenew(request));
    return done;
  }

  @Override
  public synchronized CompletableFuture<Void> report(ReportRequest request) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    reports.put(sent + 1, done);
    send(SessionRequest.newBuilder().setReport(request));
    return done;
  }

  @Override
  public synchronized void reconnect() {
    channel.resetConnectBackoff();
    shapes.clear();
    routes.clear();
    sent = 0;
    received = 0;
    open();
  }

  @Override
  public synchronized void close() {
    stream.onCompleted();
    channel.shutdownNow();
  }

  private void open() {
    stream =
        AdmissionServiceGrpc.newStub(channel)
            .withWaitForReady()
            .session(
                new StreamObserver<>() {
                  @Override
                  public void onNext(SessionResponse message) {
                    received(message);
                  }

                  @Override
                  public void onError(Throwable broken) {}

                  @Override
                  public void onCompleted() {}
                });
    stream.onNext(
        SessionRequest.newBuilder()
            .setOpen(
                SessionOpen.newBuilder()
                    .setSessionId(UUID.randomUUID().toString().replace("-", ""))
                    .setClientId(clientId))
            .build());
  }

  private synchronized void send(SessionRequest.Builder message) {
    sent++;
    stream.onNext(message.setReceived(received).build());
  }

  private synchronized void received(SessionResponse message) {
    if (!message.hasOpened()
        && !message.equals(
            SessionResponse.newBuilder()
                .setReceived(message.getReceived())
                .setAcknowledged(message.getAcknowledged())
                .build())) {
      received++;
    }
    message.getRoutesList().forEach(route -> routes.put(route.getNumber(), route));
    int next = 0;
    for (int i = 0; i < message.getGrantedCount(); i++) {
      SessionRoute route = routes.get(message.getGrantedRoutes(i));
      Grant.Builder grant = Grant.newBuilder().setLimited(route.getLimited());
      for (int j = 0; j < route.getLimitsCount(); j++) {
        grant.addStates(route.getLimits(j).toBuilder().setRemaining(message.getRemaining(next++)));
      }
      calls
          .remove(message.getGranted(i))
          .complete(AcquireResponse.newBuilder().setGrant(grant).build());
    }
    message.getAnswersList().forEach(this::answered);
    message
        .getReleasedList()
        .forEach(r -> releases.remove(r.getMessage()).complete(r.getStatusesList()));
    message
        .getRenewedList()
        .forEach(r -> renewals.remove(r.getMessage()).complete(r.getResultsList()));
    message.getRefusedList().forEach(this::refused);
    reports.entrySet().removeIf(r -> r.getKey() <= message.getReceived() && done(r.getValue()));
  }

  private static boolean done(CompletableFuture<Void> report) {
    return report.complete(null);
  }

  private void answered(SessionAnswer answer) {
    CompletableFuture<AcquireResponse> call = calls.remove(answer.getCall());
    if (answer.hasError()) {
      call.completeExceptionally(failure(answer.getError()));
    } else if (answer.hasGrant()) {
      call.complete(AcquireResponse.newBuilder().setGrant(answer.getGrant()).build());
    } else {
      call.complete(AcquireResponse.newBuilder().setDenial(answer.getDenial()).build());
    }
  }

  private void refused(SessionRefused refused) {
    CompletableFuture<?> part =
        switch (refused.getPart()) {
          case SESSION_PART_RELEASE -> releases.remove(refused.getMessage());
          case SESSION_PART_RENEW -> renewals.remove(refused.getMessage());
          case SESSION_PART_REPORT -> reports.remove(refused.getMessage());
          case SESSION_PART_UNSPECIFIED, UNRECOGNIZED -> throw new AssertionError(refused);
        };
    part.completeExceptionally(failure(refused.getError()));
  }

  private static StatusRuntimeException failure(SessionError error) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(error.getCode())
            .setMessage(error.getMessage())
            .addAllDetails(error.getDetailsList())
            .build());
  }
}
