package io.sluice.server.redis;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears at which accounts something came free, and tells it of those that are watched. A hint that
 * is lost costs time, nothing else. Thread-safe.
 */
final class Hints {
  private static final Logger LOG = LoggerFactory.getLogger(Hints.class);

  private final Link link;
  private final byte[] channel;
  private final Consumer<String> listener;
  private final Set<String> watched = ConcurrentHashMap.newKeySet();
  private boolean opening; // guarded by this
  private @Nullable StatefulRedisPubSubConnection<byte[], byte[]> connection; // guarded by this

  /**
   * Creates one that does not listen yet.
   *
   * @param listener told the names of accounts, on a thread of the connection
   */
  Hints(Link link, byte[] channel, Consumer<String> listener) {
    this.link = link;
    this.channel = channel;
    this.listener = listener;
  }

  void watch(String account) {
    watched.add(account);
  }

  void unwatch(String account) {
    watched.remove(account);
  }

  /** Listens, if it does not yet. */
  synchronized void open() {
    if (opening || connection != null) {
      return;
    }
    opening = true;
    var unused = link.subscriber().whenComplete(this::opened);
  }

  private synchronized void opened(
      @Nullable StatefulRedisPubSubConnection<byte[], byte[]> made, @Nullable Throwable error) {
    opening = false;
    if (made == null) {
      LOG.debug("Redis cannot be listened to yet", error);
      return;
    }
    connection = made;
    made.addListener(
        new RedisPubSubAdapter<byte[], byte[]>() {
          @Override
          public void message(byte[] where, byte[] account) {
            heard(new String(account, StandardCharsets.UTF_8));
          }
        });
    var unused = made.async().subscribe(channel);
  }

  private void heard(String account) {
    if (watched.contains(account)) {
      listener.accept(account);
    }
  }
}
