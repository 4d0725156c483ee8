package io.sluice.server.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The connection on which scripts are called.
 *
 * <p>It comes back by itself when it was cut. What was under way then fails; nothing is ever sent
 * twice except a script that Redis did not know, and nothing waits for the connection to come back.
 */
final class Link {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration TOPOLOGY_PERIOD = Duration.ofSeconds(30);
  private static final long LONGEST_DELAY_MILLIS = 1000;
  private static final int MAX_QUEUED_COMMANDS = 1024;

  /** Is told that a connection was made again, or was cut; on a thread of the connection. */
  interface Watcher {
    void connected();

    void disconnected();
  }

  private final ClientResources resources;
  private final AbstractRedisClient client;
  private final @Nullable RedisURI uri; // null = a cluster
  private final Watcher watcher;
  private final LongAdder resent = new LongAdder();
  private @Nullable StatefulConnection<byte[], byte[]> connection; // guarded by this
  private boolean opening; // guarded by this
  private volatile @Nullable RedisScriptingAsyncCommands<byte[], byte[]> scripts;

  Link(RedisSettings settings, Duration timeout, Watcher watcher) {
    this.watcher = watcher;
    resources =
        ClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .reconnectDelay(Delay.equalJitter(50, LONGEST_DELAY_MILLIS, 50, TimeUnit.MILLISECONDS))
            .build();
    List<RedisURI> uris = settings.urls().stream().map(RedisURI::create).toList();
    uris.forEach(each -> each.setTimeout(CONNECT_TIMEOUT));
    if (settings.isCluster()) {
      RedisClusterClient cluster = RedisClusterClient.create(resources, uris);
      cluster.setOptions(clusterOptions(timeout));
      client = cluster;
      uri = null;
    } else {
      RedisClient single = RedisClient.create(resources);
      single.setOptions(configure(ClientOptions.builder(), timeout).build());
      client = single;
      uri = uris.get(0);
    }
  }

  /** Returns whether a connection was made, though it may be cut now. */
  boolean isOpen() {
    return scripts != null;
  }

  /** Makes the connection, if there is none; the result tells when that has ended. */
  synchronized CompletionStage<?> open() {
    if (opening || connection != null) {
      return CompletableFuture.completedFuture(null);
    }
    opening = true;
    return connect().handle((made, error) -> opened(made, error));
  }

  /** Gives the connection up, so that it is made anew: it leads to a server that does not serve. */
  synchronized void abandon() {
    if (connection != null) {
      var unused = connection.closeAsync();
      connection = null;
      scripts = null;
    }
  }

  /** Calls a script, which tells one text. */
  CompletableFuture<byte[]> call(Script script, byte[][] keys, byte[]... arguments) {
    RedisScriptingAsyncCommands<byte[], byte[]> commands = scripts;
    if (commands == null) {
      return CompletableFuture.failedFuture(new NotConnectedException());
    }
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    CompletionStage<byte[]> first =
        commands.evalsha(script.digest(), ScriptOutputType.VALUE, keys, arguments);
    first.whenComplete(
        (reply, error) -> {
          if (error == null) {
            answer.complete(reply);
          } else if (cause(error) instanceof RedisNoScriptException) {
            resent.increment();
            CompletionStage<byte[]> second =
                commands.eval(script.text(), ScriptOutputType.VALUE, keys, arguments);
            second.whenComplete((again, failure) -> complete(answer, again, failure));
          } else {
            answer.completeExceptionally(cause(error));
          }
        });
    return answer;
  }

  /** Opens a connection that hears messages. */
  CompletableFuture<? extends StatefulRedisPubSubConnection<byte[], byte[]>> subscriber() {
    return client instanceof RedisClusterClient cluster
        ? cluster.connectPubSubAsync(ByteArrayCodec.INSTANCE)
        : single().connectPubSubAsync(ByteArrayCodec.INSTANCE, uri()).toCompletableFuture();
  }

  /** Returns how often Redis did not know a script. */
  long timesResent() {
    return resent.sum();
  }

  /** Closes all connections, within a bound. */
  void shutdown(Duration longest) {
    client.shutdown(0, longest.toMillis(), TimeUnit.MILLISECONDS);
    var unused = resources.shutdown(0, longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  private CompletionStage<? extends StatefulConnection<byte[], byte[]>> connect() {
    return client instanceof RedisClusterClient cluster
        ? cluster
            .refreshPartitionsAsync()
            .thenCompose(unused -> cluster.connectAsync(ByteArrayCodec.INSTANCE))
        : single().connectAsync(ByteArrayCodec.INSTANCE, uri());
  }

  private synchronized @Nullable Throwable opened(
      @Nullable StatefulConnection<byte[], byte[]> made, @Nullable Throwable error) {
    opening = false;
    if (made != null) {
      connection = made;
      scripts = scriptsOf(made);
      made.addListener(new Listener());
    }
    return error;
  }

  private static RedisScriptingAsyncCommands<byte[], byte[]> scriptsOf(
      StatefulConnection<byte[], byte[]> connection) {
    return connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster
        ? cluster.async()
        : ((StatefulRedisConnection<byte[], byte[]>) connection).async();
  }

  private RedisClient single() {
    return (RedisClient) client;
  }

  private RedisURI uri() {
    if (uri == null) {
      throw new IllegalStateException("a cluster has no single url");
    }
    return uri;
  }

  private static ClusterClientOptions clusterOptions(Duration timeout) {
    ClusterClientOptions.Builder options = ClusterClientOptions.builder();
    var unused = configure(options, timeout);
    return options
        .topologyRefreshOptions(
            ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(TOPOLOGY_PERIOD)
                .adaptiveRefreshTriggersTimeout(Duration.ofMillis(LONGEST_DELAY_MILLIS))
                .build())
        .build();
  }

  private static ClientOptions.Builder configure(ClientOptions.Builder options, Duration timeout) {
    return options
        .autoReconnect(true)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .replayFilter(command -> true) // nothing is sent again
        .requestQueueSize(MAX_QUEUED_COMMANDS)
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(CONNECT_TIMEOUT)
                .tcpNoDelay(true)
                .keepAlive(true)
                .build())
        .timeoutOptions(TimeoutOptions.enabled(timeout));
  }

  private static void complete(
      CompletableFuture<byte[]> answer, byte @Nullable [] reply, @Nullable Throwable error) {
    if (error != null) {
      answer.completeExceptionally(cause(error));
    } else {
      answer.complete(reply);
    }
  }

  private static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }

  /** Passes on what becomes of the connection. */
  private final class Listener implements RedisConnectionStateListener {
    @Override
    public void onRedisConnected(
        RedisChannelHandler<?, ?> handler, java.net.SocketAddress address) {
      watcher.connected();
    }

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
      watcher.disconnected();
    }
  }

  /** There is no connection, so nothing was sent. */
  static final class NotConnectedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotConnectedException() {
      super("not connected");
    }
  }
}
