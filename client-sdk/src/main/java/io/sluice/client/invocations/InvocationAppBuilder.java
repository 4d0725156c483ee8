package io.sluice.client.invocations;

import io.sluice.client.NanoClock;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Checks;
import java.time.Duration;

/** Builds an {@link InvocationApp}. */
public final class InvocationAppBuilder {
  private static final Duration DAY = Duration.ofHours(24);

  final SluiceClient client;
  String namespace = "default";
  int workers = Runtime.getRuntime().availableProcessors();
  int maxUnfinished = 100_000;
  Duration ttl = Duration.ofSeconds(30);
  Duration grace = Duration.ofSeconds(30);
  NanoClock clock = NanoClock.system();

  InvocationAppBuilder(SluiceClient client) {
    this.client = client;
  }

  /**
   * Whose tasks these are: the same task in another namespace is another task. Unless told, {@code
   * default}.
   *
   * @param namespace 1..64 letters, digits, {@code _}, {@code .} and {@code -}
   * @return this
   * @throws IllegalArgumentException if it is something else
   */
  public InvocationAppBuilder namespace(String namespace) {
    this.namespace = InvocationApp.word("namespace", namespace, 64);
    return this;
  }

  /**
   * How many invocations run at once in this process. Unless told, as many as it has processors.
   *
   * @param workers 1..10000
   * @return this
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public InvocationAppBuilder workers(int workers) {
    this.workers = Checks.inRange("workers", workers, 1, 10_000);
    return this;
  }

  /**
   * How many invocations may be pending or run. Unless told, 100000.
   *
   * @param maxUnfinished 1..10000000
   * @return this
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public InvocationAppBuilder maxUnfinished(int maxUnfinished) {
    this.maxUnfinished = Checks.inRange("maxUnfinished", maxUnfinished, 1, 10_000_000);
    return this;
  }

  /**
   * How long the server keeps what a process holds that is gone. Unless told, 30 s.
   *
   * @param ttl 1 s..24 h
   * @return this
   * @throws IllegalArgumentException if the time is outside its bounds
   */
  public InvocationAppBuilder ttl(Duration ttl) {
    this.ttl = Checks.inRange("ttl", ttl, Duration.ofSeconds(1), DAY);
    return this;
  }

  /**
   * How long {@link InvocationApp#close()} lets running invocations finish. Unless told, 30 s.
   *
   * @param grace 0..24 h
   * @return this
   * @throws IllegalArgumentException if the time is outside its bounds
   */
  public InvocationAppBuilder grace(Duration grace) {
    this.grace = Checks.inRange("grace", grace, Duration.ZERO, DAY);
    return this;
  }

  /**
   * Measures with another clock than the machine's.
   *
   * @param clock read when invocations begin and end
   * @return this
   */
  public InvocationAppBuilder clock(NanoClock clock) {
    this.clock = clock;
    return this;
  }

  /**
   * Makes the application, which runs nothing before it is started.
   *
   * @return the application, to be closed before its client
   */
  public InvocationApp build() {
    return new InvocationApp(this);
  }
}
