package io.sluice.server.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/** A real Redis on a port of its own; {@code -Dit.redis.server=PATH} names another executable. */
public final class RedisServer implements AutoCloseable {
  private final int port;
  private final Path directory;
  private final List<String> options;
  private final String ready;
  private Process process;

  private RedisServer(List<String> options, String ready) {
    this.options = new ArrayList<>(options);
    this.ready = ready;
    try {
      port = freePort();
      directory = Files.createTempDirectory("sluice-redis");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts one with some options of its command line. */
  public static RedisServer start(String... options) {
    RedisServer server = new RedisServer(List.of(options), "Ready to accept connections");
    server.restart();
    return server;
  }

  /** Starts one that speaks TLS only, with a key and a certificate in PEM. */
  static RedisServer startTls(Path key, Path certificate) {
    RedisServer server = new RedisServer(List.of("--port", "0"), "Ready to accept connections");
    server.options.addAll(List.of("--tls-port", Integer.toString(server.port)));
    server.options.addAll(List.of("--tls-key-file", key.toString()));
    server.options.addAll(List.of("--tls-cert-file", certificate.toString()));
    server.options.addAll(List.of("--tls-ca-cert-file", certificate.toString()));
    server.options.addAll(List.of("--tls-auth-clients", "no"));
    server.restart();
    return server;
  }

  /** Starts a sentinel that watches a master, and alone decides that it is gone. */
  static RedisServer startSentinel(RedisServer master) {
    RedisServer server = new RedisServer(List.of("--sentinel"), "Sentinel ID is");
    Path configuration = server.directory.resolve("sentinel.conf");
    try {
      Files.writeString(
          configuration,
          "sentinel monitor mymaster 127.0.0.1 "
              + master.port
              + " 1\nsentinel down-after-milliseconds mymaster 500\n"
              + "sentinel failover-timeout mymaster 3000\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.options.add(0, configuration.toString());
    server.restart();
    return server;
  }

  public int port() {
    return port;
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  Path directory() {
    return directory;
  }

  /** Starts it again where it was. */
  public void restart() {
    List<String> command = new ArrayList<>(List.of(executable().toString()));
    boolean isConfigured = !options.isEmpty() && options.get(0).startsWith("/");
    if (isConfigured) {
      command.add(options.get(0)); // a file of configuration goes first
    }
    command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--dir", directory.toString()));
    command.addAll(options.subList(isConfigured ? 1 : 0, options.size()));
    process = started(command);
    awaitReady();
  }

  /** A file that was just written is busy while a process that began meanwhile has it open. */
  private Process started(List<String> command) {
    for (int tries = 20; ; tries--) {
      try {
        return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
      } catch (IOException e) {
        if (tries == 0 || !String.valueOf(e.getMessage()).contains("Text file busy")) {
          throw new UncheckedIOException(e);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50)); // another process
      }
    }
  }

  /** Ends it as {@code kill -9} does. */
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets it neither answer nor end, as if the way to it were cut, until {@link #resume}. */
  public void suspend() {
    signal("-STOP");
  }

  public void resume() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Does something on a connection of its own. */
  public <T> T ask(Function<RedisCommands<String, String>, T> question) {
    RedisClient client =
        RedisClient.create(
            RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(Duration.ofSeconds(5))
                .build());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      return question.apply(connection.sync());
    } finally {
      client.shutdown(0, 1, TimeUnit.SECONDS);
    }
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      try {
        if (Files.readString(directory.resolve("log")).contains(ready)) {
          return;
        }
        if (!process.isAlive()) {
          throw new IllegalStateException(Files.readString(directory.resolve("log")));
        }
        Thread.sleep(5);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new IllegalStateException("Redis does not start");
  }

  private static int freePort() throws IOException {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (socket.getLocalPort() < 55_000) { // a cluster's second port is 10000 above
          return socket.getLocalPort();
        }
      }
    }
  }

  private static Path executable() {
    String named = System.getProperty("it.redis.server");
    try {
      return named != null
          ? Path.of(named)
          : ExecutableProvider.newJarResourceProvider().get().toPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
