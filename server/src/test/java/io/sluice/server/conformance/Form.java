package io.sluice.server.conformance;

import io.grpc.ManagedChannel;

/** The forms in which a client may ask. */
enum Form {
  UNARY_TCP(false, false),
  UNARY_UNIX(false, true),
  SESSION_TCP(true, false),
  SESSION_UNIX(true, true);

  private final boolean session;
  private final boolean unix;

  Form(boolean session, boolean unix) {
    this.session = session;
    this.unix = unix;
  }

  boolean isUnix() {
    return unix;
  }

  Caller over(ManagedChannel channel, String clientId) {
    return session ? new SessionCaller(channel, clientId) : new UnaryCaller(channel, clientId);
  }
}
