package io.sluice.client;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.ReleaseResponse;
import io.sluice.proto.v1.RenewResponse;
import io.sluice.proto.v1.SessionAcquire;
import io.sluice.proto.v1.SessionAnswer;
import io.sluice.proto.v1.SessionError;
import io.sluice.proto.v1.SessionOpened;
import io.sluice.proto.v1.SessionPart;
import io.sluice.proto.v1.SessionRefused;
import io.sluice.proto.v1.SessionReleased;
import io.sluice.proto.v1.SessionRenewed;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in front of a {@link FakeServer}: each thing that a message asks for is a call of it.
 */
final class FakeSessions {
  private final FakeServer server;
  private final Map<String, Kept> sessions = new ConcurrentHashMap<>();

  /** How many streams were refused. */
  final AtomicInteger refused = new AtomicInteger();

  FakeSessions(FakeServer server) {
    this.server = server;
  }

  StreamObserver<SessionRequest> connect(StreamObserver<SessionResponse> client) {
    return new Connection((ServerCallStreamObserver<SessionResponse>) client);
  }

  void breakAll() {
    sessions.values().forEach(Kept::cut);
  }

  void forget() {
    List<Kept> gone = List.copyOf(sessions.values());
    sessions.clear();
    gone.forEach(Kept::cut);
  }

  /** What is kept of a session between its streams. */
  private final class Kept {
    final String id;
    final String clientId;
    final Map<Integer, AcquireRequest> shapes = new HashMap<>();
    final Map<Long, FakeCall<AcquireResponse>> calls = new ConcurrentHashMap<>();
    private final List<SessionResponse> sent = new ArrayList<>();
    private @Nullable ServerCallStreamObserver<SessionResponse> stream;
    private long received;

    Kept(String id, String clientId) {
      this.id = id;
      this.clientId = clientId;
    }

    synchronized void connect(
        ServerCallStreamObserver<SessionResponse> to, boolean resumed, long clientReceived) {
      stream = to;
      to.onNext(
          SessionResponse.newBuilder()
              .setOpened(
                  SessionOpened.newBuilder()
                      .setResumed(resumed)
                      .setConfirmWithin(Messages.duration(Duration.ofDays(1))))
              .setReceived(received)
              .setAcknowledged(clientReceived)
              .build());
      sent.subList((int) clientReceived, sent.size()).forEach(to::onNext);
    }

    synchronized boolean isOn(ServerCallStreamObserver<SessionResponse> connection) {
      return stream == connection;
    }

    synchronized long receive() {
      return ++received;
    }

    synchronized void send(SessionResponse.Builder message) {
      SessionResponse whole = message.setReceived(received).setAcknowledged(sent.size()).build();
      sent.add(whole);
      if (stream != null) {
        stream.onNext(whole);
      }
    }

    synchronized void acknowledge() {
      if (stream != null) {
        stream.onNext(
            SessionResponse.newBuilder()
                .setReceived(received)
                .setAcknowledged(sent.size())
                .build());
      }
    }

    synchronized void cut() {
      ServerCallStreamObserver<SessionResponse> last = stream;
      stream = null;
      if (last != null) {
        last.onError(Status.UNAVAILABLE.withDescription("cut").asRuntimeException());
      }
    }
  }

  private final class Connection implements StreamObserver<SessionRequest> {
    private final ServerCallStreamObserver<SessionResponse> client;
    private @Nullable Kept session;

    Connection(ServerCallStreamObserver<SessionResponse> client) {
      this.client = client;
      client.setOnCancelHandler(() -> {});
    }

    @Override
    public void onNext(SessionRequest message) {
      Status refusal = server.sessionRefusal;
      if (refusal != null) {
        refused.incrementAndGet();
        client.onError(refusal.asRuntimeException());
      } else if (message.hasOpen()) {
        String id = message.getOpen().getSessionId();
        Kept known = message.getOpen().getResume() ? sessions.get(id) : null;
        Kept kept = known != null ? known : new Kept(id, message.getOpen().getClientId());
        sessions.put(id, kept);
        session = kept;
        kept.connect(client, known != null, known != null ? message.getReceived() : 0);
      } else if (session != null
          && session.isOn(client)
          && server.deaf.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
        receive(session, message);
      }
    }

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {
      client.onCompleted();
    }
  }

  private void receive(Kept session, SessionRequest message) {
    if (message.equals(SessionRequest.newBuilder().setReceived(message.getReceived()).build())) {
      return; // acknowledges, and is not counted
    }
    long number = session.receive();
    session.acknowledge();
    if (message.hasRelease()) {
      server.release(
          message.getRelease(),
          new FakeCall<ReleaseResponse>(
              response -> {
                SessionReleased.Builder released = SessionReleased.newBuilder().setMessage(number);
                response.getResultsList().forEach(r -> released.addStatuses(r.getStatus()));
                session.send(SessionResponse.newBuilder().addReleased(released));
              },
              refused -> refuse(session, number, SessionPart.SESSION_PART_RELEASE, refused)));
    }
    if (message.hasRenew()) {
      server.renew(
          message.getRenew(),
          new FakeCall<RenewResponse>(
              response ->
                  session.send(
                      SessionResponse.newBuilder()
                          .addRenewed(
                              SessionRenewed.newBuilder()
                                  .setMessage(number)
                                  .addAllResults(response.getResultsList()))),
              refused -> refuse(session, number, SessionPart.SESSION_PART_RENEW, refused)));
    }
    message.getCancelsList().forEach(call -> cancel(session, call));
    message.getShapesList().forEach(s -> session.shapes.put(s.getNumber(), s.getAcquire()));
    for (int i = 0; i < message.getCallsCount(); i++) {
      acquire(
          session,
          SessionAcquire.newBuilder()
              .setCall(message.getCalls(i))
              .setShape(message.getCallShapes(i))
              .build());
    }
    message.getAcquiresList().forEach(acquire -> acquire(session, acquire));
  }

  private void acquire(Kept session, SessionAcquire asked) {
    AcquireRequest.Builder request = session.shapes.get(asked.getShape()).toBuilder();
    long permits = asked.hasPermits() ? asked.getPermits() : 1;
    request.setDemands(0, request.getDemands(0).toBuilder().setPermits(permits));
    if (asked.hasMaxWait()) {
      request.setMaxWait(asked.getMaxWait());
    }
    request
        .setClientId(session.clientId)
        .setRequestId(
            asked.getRequestId().isEmpty()
                ? session.id + "/" + asked.getCall()
                : asked.getRequestId());
    SessionAnswer.Builder answer = SessionAnswer.newBuilder().setCall(asked.getCall());
    FakeCall<AcquireResponse> call =
        new FakeCall<>(
            response -> {
              if (response.hasGrant()) {
                answer.setGrant(response.getGrant());
              } else if (response.hasDenial()) {
                answer.setDenial(response.getDenial());
              }
              session.calls.remove(asked.getCall());
              session.send(SessionResponse.newBuilder().addAnswers(answer));
            },
            failure -> {
              session.calls.remove(asked.getCall());
              session.send(SessionResponse.newBuilder().addAnswers(answer.setError(failure)));
            });
    session.calls.put(asked.getCall(), call);
    server.acquire(request.build(), call);
  }

  private static void cancel(Kept session, long number) {
    FakeCall<AcquireResponse> call = session.calls.remove(number);
    if (call != null) {
      call.cancel();
      session.send(
          SessionResponse.newBuilder()
              .addAnswers(
                  SessionAnswer.newBuilder()
                      .setCall(number)
                      .setError(SessionError.newBuilder().setCode(Status.Code.CANCELLED.value()))));
    }
  }

  private static void refuse(Kept session, long message, SessionPart part, SessionError error) {
    session.send(
        SessionResponse.newBuilder()
            .addRefused(
                SessionRefused.newBuilder().setMessage(message).setPart(part).setError(error)));
  }

  /** A unary call that is one part of a message. */
  private static final class FakeCall<T> extends ServerCallStreamObserver<T> {
    private final Consumer<T> answered;
    private final Consumer<SessionError> failed;
    private Runnable cancelled = () -> {};

    FakeCall(Consumer<T> answered, Consumer<SessionError> failed) {
      this.answered = answered;
      this.failed = failed;
    }

    void cancel() {
      cancelled.run();
    }

    @Override
    public void onNext(T value) {
      answered.accept(value);
    }

    @Override
    public void onError(Throwable failure) {
      com.google.rpc.Status status = StatusProto.fromThrowable((StatusRuntimeException) failure);
      failed.accept(
          SessionError.newBuilder()
              .setCode(status.getCode())
              .setMessage(status.getMessage())
              .addAllDetails(status.getDetailsList())
              .build());
    }

    @Override
    public void onCompleted() {}

    @Override
    public void setOnCancelHandler(Runnable handler) {
      cancelled = handler;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setCompression(String compression) {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }
}
