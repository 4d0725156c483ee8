package io.sluice.benchmarks;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.SessionAcquire;
import io.sluice.proto.v1.SessionAnswer;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The least that a client with futures over one stream can do: calls that come while {@value
 * #WINDOW} messages are under way go together, at most {@value #MAX} in one. No session, no leases,
 * no times.
 */
final class EchoSession implements AutoCloseable {
  private static final int WINDOW = 8;
  private static final int MAX = 128;
  private static final String ID = "0123456789abcdef";

  private final AtomicLong numbers = new AtomicLong();
  private final ConcurrentHashMap<Long, CompletableFuture<Boolean>> calls =
      new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Long> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicBoolean sending = new AtomicBoolean();
  private final StreamObserver<SessionRequest> stream;

  EchoSession(ManagedChannel channel) {
    stream =
        AdmissionServiceGrpc.newStub(channel)
            .session(
                new StreamObserver<>() {
                  @Override
                  public void onNext(SessionResponse message) {
                    answered(message);
                  }

                  @Override
                  public void onError(Throwable broken) {}

                  @Override
                  public void onCompleted() {}
                });
  }

  CompletableFuture<Boolean> call() {
    long number = numbers.incrementAndGet();
    CompletableFuture<Boolean> call = new CompletableFuture<>();
    calls.put(number, call);
    waiting.add(number);
    pump();
    return call;
  }

  @Override
  public void close() {
    stream.onCompleted();
  }

  private void pump() {
    while (!waiting.isEmpty() && underWay.get() < WINDOW && sending.compareAndSet(false, true)) {
      SessionRequest.Builder message = SessionRequest.newBuilder();
      for (int i = 0; i < MAX; i++) {
        Long number = waiting.poll();
        if (number == null) {
          break;
        }
        message.addAcquires(
            SessionAcquire.newBuilder().setCall(number).setShape(1).setRequestId(ID));
      }
      if (message.getAcquiresCount() > 0) {
        underWay.incrementAndGet();
        stream.onNext(message.build());
      }
      sending.set(false);
    }
  }

  private void answered(SessionResponse message) {
    underWay.decrementAndGet();
    Deque<CompletableFuture<Boolean>> done = new ArrayDeque<>(message.getAnswersCount());
    for (SessionAnswer answer : message.getAnswersList()) {
      done.add(calls.remove(answer.getCall()));
    }
    done.forEach(call -> call.complete(true));
    pump();
  }
}
