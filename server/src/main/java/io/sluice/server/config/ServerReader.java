package io.sluice.server.config;

import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.store.memory.MemorySettings;
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
    return new StateSettings(
        state.get(Keys.STATE_DIR).orElse(null),
        state.get(Keys.FSYNC),
        state.get(Keys.FSYNC_INTERVAL),
        state.get(Keys.TRUST_WALL_CLOCK),
        state.get(Keys.ACCEPT_DAMAGE));
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

  private void refuseExposed(Key<?> key, @Nullable HostPort address, boolean insecure) {
    if (address != null && !address.isLoopback() && !insecure) {
      server.problem(
          key.name(),
          "must be a loopback address unless server.insecure is true but was " + address);
    }
  }
}
