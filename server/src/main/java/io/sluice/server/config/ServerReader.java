package io.sluice.server.config;

import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.store.memory.MemorySettings;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what is there once: the server, the queue and the leases. */
final class ServerReader {
  private final Section root;
  private final Section server;

  ServerReader(Section root) {
    this.root = root;
    this.server = root.section("server");
  }

  ServerSettings server() {
    ServerSettings settings =
        new ServerSettings(
            server.get(Keys.LISTEN),
            server.get(Keys.UDS).orElse(null),
            server.get(Keys.ADMIN).orElse(null),
            server.get(Keys.INSECURE),
            server.get(Keys.DRAIN_GRACE),
            server.get(Keys.MAX_MESSAGE),
            server.get(Keys.MAX_CONCURRENT_CALLS),
            server.get(Keys.RELOAD_INTERVAL),
            server.get(Keys.LOG_LEVEL));
    refuseExposed(Keys.LISTEN, settings.listen(), settings.insecure());
    refuseExposed(Keys.ADMIN, settings.admin(), settings.insecure());
    if (settings.listen().equals(settings.admin()) && settings.listen().port() != 0) {
      server.problem(
          Keys.ADMIN.name(), "must not be the address of listen but was " + settings.admin());
    }
    return settings;
  }

  StateSettings state() {
    Section state = root.section("state");
    StateSettings settings =
        new StateSettings(
            state.get(Keys.STATE_DIR).orElse(null),
            state.get(Keys.FSYNC),
            state.get(Keys.FSYNC_INTERVAL),
            state.get(Keys.TRUST_WALL_CLOCK),
            state.get(Keys.ACCEPT_DAMAGE),
            redis(state.section("redis")));
    if (settings.dir() != null && settings.redis() != null) {
      state.problem(
          Keys.STATE_DIR.name(), "must not be there with redis.url: state is in one place");
    }
    return settings;
  }

  private static @Nullable RedisStateSettings redis(Section redis) {
    String urls = redis.get(Keys.REDIS_URL).orElse(null);
    boolean cluster = redis.get(Keys.REDIS_CLUSTER);
    String group = redis.get(Keys.REDIS_GROUP);
    String prefix = redis.get(Keys.REDIS_PREFIX);
    long timeout = redis.get(Keys.REDIS_TIMEOUT);
    return urls == null
        ? null
        : new RedisStateSettings(
            Stream.of(urls.split(",")).map(String::strip).toList(),
            cluster,
            group,
            prefix,
            timeout);
  }

  EngineSettings engine() {
    Section queue = root.section("queue");
    return new EngineSettings(
        server.get(Keys.UNMATCHED),
        queue.get(Keys.MAX_WAITERS),
        queue.get(Keys.MAX_WAITERS_PER_CLIENT));
  }

  MemorySettings memory() {
    Section leases = root.section("leases");
    return new MemorySettings(
        MemorySettings.DEFAULT.firstFence(),
        leases.get(Keys.MAX_LEASES),
        leases.get(Keys.HISTORY),
        leases.get(Keys.HISTORY_AGE));
  }

  StatisticsSettings statistics() {
    return new StatisticsSettings(
        root.section("stats").get(Keys.TOP_KEYS), new AlertsReader(root).read());
  }

  private void refuseExposed(Key<?> key, @Nullable HostPort address, boolean insecure) {
    if (address != null && !address.isLoopback() && !insecure) {
      server.problem(
          key.name(),
          "must be a loopback address unless server.insecure is true but was " + address);
    }
  }
}
