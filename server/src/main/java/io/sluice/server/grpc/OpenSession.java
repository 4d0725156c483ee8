package io.sluice.server.grpc;

import io.grpc.StatusRuntimeException;
import io.sluice.proto.v1.SessionOpened;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A session with the stream that it has now, or without one until its time to come back is over.
 * Thread-safe.
 */
final class OpenSession {
  private final Session session;
  private final Function<Runnable, @Nullable ScheduledFuture<?>> afterKeep;
  private final Consumer<OpenSession> ended;
  private @Nullable SessionStream stream; // guarded by this
  private @Nullable ScheduledFuture<?> drop; // guarded by this
  private boolean over; // guarded by this

  /**
   * Creates a session without a stream.
   *
   * @param afterKeep has something done when the time to come back is over
   * @param ended told when the session is no more
   */
  OpenSession(
      Session session,
      Function<Runnable, @Nullable ScheduledFuture<?>> afterKeep,
      Consumer<OpenSession> ended) {
    this.session = session;
    this.afterKeep = afterKeep;
    this.ended = ended;
  }

  String id() {
    return session.id();
  }

  String clientId() {
    return session.clientId();
  }

  SessionOutbox outbox() {
    return session.outbox();
  }

  /**
   * Goes on in a stream, in the place of the one it had.
   *
   * @param clientReceived how many messages its client has received
   * @return false if the session is no more
   */
  synchronized boolean attach(SessionStream to, SessionOpened opened, long clientReceived) {
    if (over) {
      return false;
    }
    SessionOutbox outbox = session.outbox();
    outbox.acknowledge(clientReceived);
    if (drop != null) {
      drop.cancel(false);
      drop = null;
    }
    SessionStream before = stream;
    if (before != null) {
      outbox.disconnect();
      before.supersede();
    }
    stream = to;
    to.observer()
        .onNext(
            SessionResponse.newBuilder()
                .setOpened(opened)
                .setReceived(outbox.received())
                .setAcknowledged(clientReceived)
                .build());
    outbox.connect(to.observer());
    outbox.flush();
    return true;
  }

  /** Does what a message says that came by a stream. */
  synchronized void receive(SessionStream from, SessionRequest message) {
    if (stream != from || over) {
      return; // another stream has taken over
    }
    SessionOutbox outbox = session.outbox();
    outbox.acknowledge(message.getReceived());
    if (message.getGoodbye()) {
      session.receive(message);
      session.goodbye();
      SessionStream last = stream;
      end();
      last.end(null);
    } else if (Session.isCounted(message)) {
      session.receive(message);
    }
    outbox.flush();
    if (outbox.isOverfull()) {
      breakOff(
          Statuses.exhausted(
              "the client leaves more than it may unacknowledged: %d bytes"
                  .formatted(SessionOutbox.MAX_KEPT_BYTES)));
    }
  }

  /** Waits for the client to come back, if this stream was the one it had. */
  synchronized void detach(SessionStream from) {
    if (stream == from && !over) {
      stream = null;
      session.outbox().disconnect();
      drop = afterKeep.apply(this::dropUnlessBack);
    }
  }

  /** Ends the session: nobody comes back. */
  synchronized void end() {
    if (!over) {
      over = true;
      stream = null;
      session.drop();
      ended.accept(this);
    }
  }

  /** Breaks the stream off, as if the connection had broken. */
  synchronized void breakOff(StatusRuntimeException why) {
    SessionStream broken = stream;
    if (broken != null) {
      detach(broken);
      broken.end(why);
    }
  }

  private synchronized void dropUnlessBack() {
    if (stream == null) {
      end();
    }
  }
}
