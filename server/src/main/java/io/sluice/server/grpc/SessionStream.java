package io.sluice.server.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a session. Reads the next message once the last is done with and the client reads
 * what it was told, so that a client which does not read is not listened to either.
 */
final class SessionStream implements StreamObserver<SessionRequest> {
  private final Sessions sessions;
  private final ServerCallStreamObserver<SessionResponse> observer;
  private @Nullable OpenSession session; // set once, by the first message
  private boolean paused; // guarded by this
  private boolean ended; // guarded by this

  SessionStream(Sessions sessions, ServerCallStreamObserver<SessionResponse> observer) {
    this.sessions = sessions;
    this.observer = observer;
    observer.disableAutoRequest();
    observer.setOnReadyHandler(this::ready);
    observer.setOnCancelHandler(this::detach);
    observer.request(1);
  }

  ServerCallStreamObserver<SessionResponse> observer() {
    return observer;
  }

  @Override
  public void onNext(SessionRequest message) {
    try {
      if (session == null) {
        session = sessions.open(this, message);
      } else if (message.hasOpen()) {
        throw new InvalidArgumentException("open", "must be in the first message of a stream");
      } else {
        session.receive(this, message);
      }
      next();
    } catch (InvalidArgumentException e) {
      if (session != null) {
        session.end();
      }
      end(Statuses.invalid(e));
    } catch (StatusRuntimeException e) {
      end(e);
    }
  }

  @Override
  public void onError(Throwable failure) {
    detach();
  }

  /** The client leaves in order: nobody comes back to what is still under way. */
  @Override
  public void onCompleted() {
    if (session != null) {
      session.end();
    }
    end(null);
  }

  /** Ends the stream, with an error or in order. */
  void end(@Nullable StatusRuntimeException why) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    if (why == null) {
      observer.onCompleted();
    } else {
      observer.onError(why);
    }
  }

  /** Ends a stream in whose place another one of the same session came. */
  void supersede() {
    end(
        Status.ABORTED
            .withDescription("the session goes on in another stream")
            .asRuntimeException());
  }

  private void ready() {
    if (session != null) {
      session.outbox().flush();
    }
    synchronized (this) {
      if (!paused) {
        return;
      }
      paused = false;
    }
    next();
  }

  private void next() {
    synchronized (this) {
      if (ended) {
        return;
      }
      if (session != null && session.outbox().isBlocked()) {
        paused = true; // until it is ready again
        return;
      }
    }
    observer.request(1);
  }

  private void detach() {
    synchronized (this) {
      ended = true;
    }
    if (session != null) {
      session.detach(this);
    }
  }
}
