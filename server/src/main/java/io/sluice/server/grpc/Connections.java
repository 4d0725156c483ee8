package io.sluice.server.grpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.sluice.server.driver.EngineDriver;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which clients have shown themselves on which connections: tells the engine when the last
 * connection of a client closes, and when a client comes back. Thread-safe.
 *
 * <p>Of each connection the first {@value #MAX_CLIENTS} client ids are known; leases of further
 * ones, and of clients without an id, are kept until they expire.
 */
final class Connections extends ServerTransportFilter implements ServerInterceptor {
  private static final int MAX_CLIENTS = 1000;
  private static final Attributes.Key<Connection> OF_TRANSPORT =
      Attributes.Key.create("io.sluice.connection");
  private static final Context.Key<Connection> OF_CALL = Context.key("io.sluice.connection");

  private final EngineDriver driver;
  private final Map<String, Integer> connectionsByClient = new HashMap<>(); // guarded by this

  Connections(EngineDriver driver) {
    this.driver = driver;
  }

  @Override
  public Attributes transportReady(Attributes transport) {
    return transport.toBuilder().set(OF_TRANSPORT, new Connection(peerOf(transport))).build();
  }

  @Override
  public void transportTerminated(@Nullable Attributes transport) {
    Connection connection = transport == null ? null : transport.get(OF_TRANSPORT);
    if (connection != null) {
      close(connection);
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Connection connection = call.getAttributes().get(OF_TRANSPORT);
    return connection == null
        ? next.startCall(call, headers)
        : Contexts.interceptCall(
            Context.current().withValue(OF_CALL, connection), call, headers, next);
  }

  /** Returns where the present call came from: an address, or {@code unix}; empty = not known. */
  static String peer() {
    Connection connection = OF_CALL.get();
    return connection == null ? "" : connection.peer;
  }

  private static String peerOf(Attributes transport) {
    SocketAddress address = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return address instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
        : "unix";
  }

  /** Notes that the client of a call shows itself on the call's connection. */
  void seen(String client) {
    Connection connection = OF_CALL.get();
    if (connection != null && !client.isEmpty() && connection.isNew(client)) {
      open(connection, client);
    }
  }

  private synchronized void open(Connection connection, String client) {
    if (connection.add(client) && connectionsByClient.merge(client, 1, Integer::sum) == 1) {
      driver.connected(client);
    }
  }

  private synchronized void close(Connection connection) {
    for (String client : connection.close()) {
      if (connectionsByClient.merge(client, -1, Connections::sumOrNothing) == null) {
        driver.disconnected(client);
      }
    }
  }

  private static @Nullable Integer sumOrNothing(int count, int change) {
    return count + change == 0 ? null : count + change;
  }

  /** The clients of one connection. */
  private static final class Connection {
    private final String peer;
    private final Set<String> clients = new HashSet<>(); // guarded by this
    private boolean closed; // guarded by this

    Connection(String peer) {
      this.peer = peer;
    }

    synchronized boolean isNew(String client) {
      return !closed && clients.size() < MAX_CLIENTS && !clients.contains(client);
    }

    synchronized boolean add(String client) {
      return isNew(client) && clients.add(client);
    }

    synchronized Set<String> close() {
      closed = true;
      return Set.copyOf(clients);
    }
  }
}
