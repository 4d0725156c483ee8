package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.RevokeLeaseRequest;
import io.sluice.proto.v1.SessionAcquire;
import io.sluice.proto.v1.SessionOpen;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import io.sluice.proto.v1.SessionShape;
import io.sluice.server.ServerFixture;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions as the wire has them: streams that break, and clients that do it wrong. */
@Timeout(60)
class SessionOverSocketsTest {
  private static final String ID = "0123456789abcdef";
  private static final String LIMITS =
      """
      limits:
        - { name: one, match: { resource: one }, concurrency: { max: 1 } }
        - { name: rate, match: { resource: rate }, rate: { permits: 10, per: 1h, burst: 10 } }
      """;

  private ServerFixture server;

  @BeforeEach
  void start() throws Exception {
    server = ServerFixture.start(LIMITS);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  @Test
  void answerThatWasNotHeardIsGivenAgain() throws Exception {
    Stream first = open(false, 0);
    first.send(ask(1, "one"));
    Grant grant = first.next().getAnswers(0).getGrant();
    first.cut();

    Stream second = open(true, 0);
    assertThat(second.opened.getOpened().getResumed()).isTrue();
    assertThat(second.opened.getReceived()).as("messages of the client").isEqualTo(1);
    assertThat(second.next().getAnswers(0).getGrant()).isEqualTo(grant);
    assertThat(server.limit("one").getGranted()).isEqualTo(1);
  }

  @Test
  void answerThatWasHeardIsNotGivenAgain() throws Exception {
    Stream first = open(false, 0);
    first.send(ask(1, "one"));
    first.next();
    first.cut();

    Stream second = open(true, 1);
    second.send(ask(2, "rate").setReceived(1));
    assertThat(second.next().getGrantedList()).containsExactly(2L);
  }

  @Test
  void whoWaitsKeepsItsPlaceUntilTheSessionIsDropped() throws Exception {
    Grant held = server.grant("one");
    Stream first = open(false, 0);
    first.send(waiting(1));
    first.until(response -> response.getReceived() == 1);
    first.cut();
    Stream second = open(true, 0);
    assertThat(server.limit("one").getWaiting()).isEqualTo(1);
    server.release(held.getLeaseId());

    assertThat(second.next().getAnswers(0).getGrant().getLeaseId()).isNotEmpty();
  }

  @Test
  void leaseThatNobodyAcknowledgedGoesBackAndOneThatWasStays() throws Exception {
    Stream unheard = open(false, 0);
    unheard.send(ask(1, "one"));
    Grant lost = unheard.next().getAnswers(0).getGrant();
    unheard.cut();
    until(() -> server.limit("one").getUsed() == 0);

    Stream again = open(true, 1);
    assertThat(again.opened.getOpened().getResumed()).as("it was dropped").isFalse();
    again.send(ask(1, "one"));
    Grant kept = again.next().getAnswers(0).getGrant();
    assertThat(kept.getLeaseId()).isNotEqualTo(lost.getLeaseId());
    again.call.onNext(SessionRequest.newBuilder().setReceived(1).build());
    again.until(response -> response.getAcknowledged() == 1);
    again.cut();
    TimeUnit.SECONDS.sleep(3); // longer than a session is kept
    assertThat(server.limit("one").getUsed()).isEqualTo(1);
  }

  @Test
  void waitsEndWithTheSession() throws Exception {
    Grant held = server.grant("one");
    Stream stream = open(false, 0);
    stream.send(waiting(1));
    stream.until(response -> response.getReceived() == 1);
    stream.call.onCompleted();

    until(() -> server.limit("one").getWaiting() == 0);
    server.release(held.getLeaseId());
    assertThat(server.limit("one").getUsed()).isZero();
  }

  @Test
  void goodbyeGivesEverythingBack() throws Exception {
    Stream stream = open(false, 0);
    stream.send(ask(1, "one"));
    stream.next();
    stream.send(SessionRequest.newBuilder().setReceived(1).setGoodbye(true));

    until(() -> server.limit("one").getUsed() == 0);
    assertThat(stream.end().getCode()).isEqualTo(Status.Code.OK);
  }

  @Test
  void leaseThatIsTakenBackIsTold() throws Exception {
    Stream stream = open(false, 0);
    stream.send(ask(1, "one"));
    Grant grant = stream.next().getAnswers(0).getGrant();
    server
        .admin()
        .revokeLease(RevokeLeaseRequest.newBuilder().setLeaseId(grant.getLeaseId()).build());

    assertThat(stream.next().getLostList()).containsExactly(grant.getLeaseId());
  }

  @Test
  void secondStreamTakesOver() throws Exception {
    Stream first = open(false, 0);
    Stream second = open(true, 0);

    assertThat(first.end().getCode()).isEqualTo(Status.Code.ABORTED);
    second.send(ask(1, "rate"));
    assertThat(second.next().getGrantedList()).containsExactly(1L);
  }

  @Test
  void grantOfWhichNothingIsOwedIsShort() throws Exception {
    Stream stream = open(false, 0);
    SessionRequest.Builder shape =
        SessionRequest.newBuilder()
            .addShapes(
                SessionShape.newBuilder().setNumber(7).setAcquire(ServerFixture.request("rate")));
    stream.send(shape.addCalls(1).addCallShapes(7).addCalls(2).addCallShapes(7));
    SessionResponse answer = stream.next();

    assertThat(answer.getGrantedList()).containsExactly(1L, 2L);
    assertThat(answer.getRemainingList()).containsExactly(9L, 8L);
    assertThat(answer.getRoutes(0).getLimits(0).getLimit()).isEqualTo("rate");
    assertThat(answer.getGrantedRoutesList())
        .containsExactly(answer.getRoutes(0).getNumber(), answer.getRoutes(0).getNumber());
    assertThat(answer.getAnswersList()).isEmpty();
  }

  @Test
  void callThatIsWrongIsAnsweredForItselfAlone() throws Exception {
    Stream stream = open(false, 0);
    SessionRequest.Builder message = ask(1, "rate");
    message.addCalls(2).addCallShapes(9);
    message.addAcquires(
        SessionAcquire.newBuilder()
            .setCall(3)
            .setAcquire(ServerFixture.request("rate").setClientId("another")));
    stream.send(message);
    SessionResponse answer = stream.next();

    assertThat(answer.getGrantedList()).containsExactly(1L);
    assertThat(answer.getAnswersList())
        .extracting(a -> a.getCall() + " " + a.getError().getMessage())
        .containsExactlyInAnyOrder(
            "2 shape must be one that the session was told but was 9",
            "3 client_id must be empty, because the whole session has that of its open");
  }

  @Test
  void whatIsNoSessionIsRefused() throws Exception {
    Stream unopened = new Stream();
    unopened.send(ask(1, "rate"));
    assertThat(unopened.end().getDescription()).contains("open must be in the first message");

    Stream twice = open(false, 0);
    twice.send(SessionRequest.newBuilder().setOpen(SessionOpen.getDefaultInstance()));
    assertThat(twice.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);

    Stream unequal = open(false, 0);
    unequal.send(SessionRequest.newBuilder().addCalls(1));
    assertThat(unequal.end().getDescription()).contains("call_shapes must have as many entries");

    Stream ahead = open(false, 0);
    ahead.send(ask(1, "rate").setReceived(5));
    assertThat(ahead.end().getDescription()).contains("received must be at most 0");

    Stream named = new Stream();
    named.send(SessionRequest.newBuilder().setOpen(SessionOpen.newBuilder().setSessionId("short")));
    assertThat(named.end().getDescription()).contains("open.session_id must be 16..64");
    assertThat(server.limit("rate").getUsed()).as("nothing was done").isZero();
  }

  private Stream open(boolean resume, long received) throws InterruptedException {
    Stream stream = new Stream();
    stream.call.onNext(
        SessionRequest.newBuilder()
            .setOpen(
                SessionOpen.newBuilder().setSessionId(ID).setClientId("test").setResume(resume))
            .setReceived(received)
            .build());
    stream.opened = stream.responses.poll(20, TimeUnit.SECONDS);
    assertThat(stream.opened.hasOpened()).isTrue();
    return stream;
  }

  private static SessionRequest.Builder ask(long call, String resource) {
    return SessionRequest.newBuilder()
        .addShapes(
            SessionShape.newBuilder().setNumber(1).setAcquire(ServerFixture.request(resource)))
        .addCalls(call)
        .addCallShapes(1);
  }

  private static SessionRequest.Builder waiting(long call) {
    AcquireRequest.Builder patient =
        ServerFixture.request("one")
            .setMaxWait(com.google.protobuf.Duration.newBuilder().setSeconds(60));
    return SessionRequest.newBuilder()
        .addAcquires(SessionAcquire.newBuilder().setCall(call).setAcquire(patient));
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void until(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waited 30 s").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** One stream, and what came by it. */
  private final class Stream implements ClientResponseObserver<SessionRequest, SessionResponse> {
    final BlockingQueue<SessionResponse> responses = new LinkedBlockingQueue<>();
    final BlockingQueue<Status> ends = new LinkedBlockingQueue<>();
    final ClientCallStreamObserver<SessionRequest> call;
    SessionResponse opened;

    Stream() {
      call =
          (ClientCallStreamObserver<SessionRequest>)
              AdmissionServiceGrpc.newStub(server.tcp()).session(this);
    }

    void send(SessionRequest.Builder message) {
      call.onNext(message.build());
    }

    /** The next message that is counted. */
    SessionResponse next() throws InterruptedException {
      return until(
          response ->
              !response.equals(
                  SessionResponse.newBuilder()
                      .setReceived(response.getReceived())
                      .setAcknowledged(response.getAcknowledged())
                      .build()));
    }

    SessionResponse until(java.util.function.Predicate<SessionResponse> condition)
        throws InterruptedException {
      while (true) {
        SessionResponse response = responses.poll(20, TimeUnit.SECONDS);
        assertThat(response).as("nothing came for 20 s").isNotNull();
        if (condition.test(response)) {
          return response;
        }
      }
    }

    Status end() throws InterruptedException {
      Status end = ends.poll(20, TimeUnit.SECONDS);
      assertThat(end).as("did not end for 20 s").isNotNull();
      return end;
    }

    void cut() {
      call.cancel("cut", null);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SessionRequest> ignored) {}

    @Override
    public void onNext(SessionResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable failure) {
      ends.add(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      ends.add(Status.OK);
    }
  }
}
