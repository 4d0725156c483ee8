package io.sluice.server.grpc;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.sluice.server.driver.Told;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers a unary call once what it did is durable.
 *
 * @param <W> what it did
 * @param <T> the answer
 */
final class DurableReply<W extends @Nullable Object, T> implements Told<W> {
  private final StreamObserver<T> observer;
  private final Function<W, T> answer;

  /**
   * Creates a reply.
   *
   * @param answer makes the answer, or throws the error that is the answer
   */
  DurableReply(StreamObserver<T> observer, Function<W, T> answer) {
    this.observer = observer;
    this.answer = answer;
  }

  @Override
  public void done(W what) {
    T message;
    try {
      message = answer.apply(what);
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    }
    observer.onNext(message);
    observer.onCompleted();
  }

  @Override
  public void lost(String problem) {
    observer.onError(Statuses.unavailable(problem));
  }
}
