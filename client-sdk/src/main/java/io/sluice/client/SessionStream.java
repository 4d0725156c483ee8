package io.sluice.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * One stream of a session. Its listener is called on the thread that reads, one call after the
 * other.
 */
final class SessionStream extends ClientCall.Listener<SessionResponse> {
  private static final Logger log = System.getLogger(SessionStream.class.getName());

  /** Messages that the server may send before one of them is done with. */
  private static final int AHEAD = 16;

  /** Is told what comes. */
  interface Listener {
    /** A message. */
    void message(SessionStream from, SessionResponse message);

    /** Nothing comes any more. */
    void broken(SessionStream from, Status why);
  }

  private final Listener listener;
  private final ClientCall<SessionRequest, SessionResponse> call;

  private SessionStream(Channel channel, Listener listener) {
    this.listener = listener;
    this.call =
        channel.newCall(
            AdmissionServiceGrpc.getSessionMethod(),
            CallOptions.DEFAULT.withExecutor(Runnable::run));
  }

  /** Begins a stream; messages may be sent at once. */
  static SessionStream begin(Channel channel, Listener listener) {
    SessionStream stream = new SessionStream(channel, listener);
    stream.call.start(stream, new Metadata());
    stream.call.request(AHEAD);
    return stream;
  }

  /** Sends a message, unless the stream is broken. Calls do not overlap. */
  void send(SessionRequest message) {
    try {
      call.sendMessage(message);
    } catch (IllegalStateException broken) {
      // The listener is told, and the session sends it again in another stream.
      log.log(Level.DEBUG, "not sent in a stream that has ended", broken);
    }
  }

  /** Says that no message follows. */
  void finish() {
    try {
      call.halfClose();
    } catch (IllegalStateException broken) {
      log.log(Level.DEBUG, "not finished, because the stream has ended", broken);
    }
  }

  /** Breaks the stream off. */
  void cancel(String why) {
    call.cancel(why, null);
  }

  @Override
  public void onMessage(SessionResponse message) {
    try {
      listener.message(this, message);
    } catch (RuntimeException | Error bug) {
      log.log(Level.ERROR, "a message of the server could not be handled", bug);
      throw bug;
    }
    call.request(1);
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    listener.broken(this, status);
  }
}
