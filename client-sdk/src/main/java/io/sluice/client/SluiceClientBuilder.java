package io.sluice.client;

import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Builds a {@link SluiceClient}. One of {@link #target} and {@link #channel} must be told. */
public final class SluiceClientBuilder {
  private static final int HOST_CHARS = 64;

  private @Nullable String target;
  private @Nullable ManagedChannel channel;
  private @Nullable String clientId;
  private Duration timeout = Duration.ofSeconds(5);
  private boolean renewal = true;
  private int maxLeases = 100_000;
  private int maxAttempts = 4;
  private @Nullable Time time;
  private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();

  SluiceClientBuilder() {}

  /**
   * Where the server listens, in plain text: {@code host:port} or {@code unix:///path}. For TLS and
   * credentials bring a {@link #channel}.
   *
   * @param target the address
   * @return this
   */
  public SluiceClientBuilder target(String target) {
    this.target = target;
    return this;
  }

  /**
   * Uses a channel instead of making one. It stays its owner's to close, after the client.
   *
   * @param channel to the server
   * @return this
   */
  public SluiceClientBuilder channel(ManagedChannel channel) {
    this.channel = channel;
    return this;
  }

  /**
   * Who asks: shown in lists, used for fairness and bounds. Unless told, {@code host-pid-random}.
   *
   * @param clientId 1..128 bytes
   * @return this
   */
  public SluiceClientBuilder clientId(String clientId) {
    this.clientId = clientId;
    return this;
  }

  /**
   * The longest that one call takes, its retries included; for an acquire, its wait in the queue
   * comes on top. Unless told, 5 s.
   *
   * @param timeout 10 ms..1 h
   * @return this
   */
  public SluiceClientBuilder defaultTimeout(Duration timeout) {
    this.timeout = timeout;
    return this;
  }

  /**
   * Whether held leases are renewed. Unless told, they are; otherwise each is lost when its time to
   * live is over.
   *
   * @param renewal false = not
   * @return this
   */
  public SluiceClientBuilder renewal(boolean renewal) {
    this.renewal = renewal;
    return this;
  }

  /**
   * How many leases held, and acquires and releases under way, the client bears together; an
   * acquire beyond is refused with {@link IllegalStateException}. Unless told, 100000.
   *
   * @param maxLeases 1..10000000
   * @return this
   */
  public SluiceClientBuilder maxLeases(int maxLeases) {
    this.maxLeases = maxLeases;
    return this;
  }

  /**
   * How often an acquire or a release that fails in passing is sent before it is given up, the
   * first time included, within the timeout; and how often a connection is tried before acquires
   * that do not wait are given up. Unless told, 4.
   *
   * @param maxAttempts 1..16
   * @return this
   */
  public SluiceClientBuilder maxAttempts(int maxAttempts) {
    this.maxAttempts = maxAttempts;
    return this;
  }

  SluiceClientBuilder time(Time time) {
    this.time = time;
    return this;
  }

  SluiceClientBuilder random(RandomGenerator random) {
    this.random = random;
    return this;
  }

  /**
   * Makes the client. Connects with the first call, so a server that is down does not show here.
   *
   * @return the client, to be closed
   * @throws IllegalArgumentException if a value is outside its bounds
   * @throws IllegalStateException if not exactly one of target and channel was told
   */
  public SluiceClient build() {
    String id = clientId == null ? hostPidRandom() : clientId;
    Settings settings = new Settings(id, timeout, renewal, maxLeases, maxAttempts);
    Transport transport = transport();
    return new SluiceClient(
        new LeaseDesk(
            transport,
            time == null ? new SystemTime() : time,
            new RetryPolicy(maxAttempts, random),
            settings,
            sessionId()),
        new ServiceCalls(transport.channel(), timeout),
        id);
  }

  private Transport transport() {
    if (channel != null && target == null) {
      return Transport.over(channel);
    }
    if (target != null && channel == null) {
      return Transport.to(target);
    }
    throw new IllegalStateException("exactly one of target and channel must be told");
  }

  private static String sessionId() {
    SecureRandom chance = new SecureRandom();
    return "%016x%016x".formatted(chance.nextLong(), chance.nextLong());
  }

  private static String hostPidRandom() {
    return "%s-%d-%08x"
        .formatted(host(), ProcessHandle.current().pid(), new SecureRandom().nextInt());
  }

  private static String host() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      host = "localhost";
    }
    String plain = host.replaceAll("[^A-Za-z0-9.-]", "_");
    return plain.substring(0, Math.min(HOST_CHARS, plain.length()));
  }
}
