package io.sluice.client.tasks;

import io.sluice.client.internal.Checks;
import java.time.Duration;

/**
 * What a {@link ConcurrencyManager} is made with.
 *
 * <pre>{@code
 * ConcurrencyConfig.named("crawl").maxConcurrent(100).requestsPerSecond(10).build()
 * }</pre>
 *
 * @param name of the resource that its tasks ask for; its limits are {@code NAME.conc} and {@code
 *     NAME.rate}
 * @param maxConcurrent tasks at once, of all managers of the name together, 1..1000000
 * @param requestsPerSecond tasks begun per second, of all managers of the name together,
 *     0.001..1000000000; 0 = not limited
 * @param burst tasks that may begin at once after a pause, 1..1000000000
 * @param adaptive whether the rate follows how tasks end, from requestsPerSecond on
 * @param minRate the least that an adaptive rate comes to, per second
 * @param maxRate the most that an adaptive rate comes to, per second
 * @param maxPending tasks that wait in one manager, 1..1000000
 * @param threads tasks that one manager asks for or runs at once, each on its own thread, 1..10000
 * @param taskTimeout how long a try of a task may run unless it says itself, 1 ms..24 h
 * @param maxWait how long a task waits at the server before it counts as denied, 0..24 h
 * @param overloadThreshold share of maxConcurrent or maxPending from which the manager is
 *     overloaded, above 0 to 1
 * @param monitoring whether times of tasks are measured
 */
public record ConcurrencyConfig(
    String name,
    int maxConcurrent,
    double requestsPerSecond,
    long burst,
    boolean adaptive,
    double minRate,
    double maxRate,
    int maxPending,
    int threads,
    Duration taskTimeout,
    Duration maxWait,
    double overloadThreshold,
    boolean monitoring) {
  private static final int MAX = 1_000_000;
  private static final double MAX_RATE = 1e9;

  /**
   * Checks the bounds.
   *
   * @param name of the resource
   * @param maxConcurrent tasks at once
   * @param requestsPerSecond tasks begun per second
   * @param burst at once after a pause
   * @param adaptive whether the rate follows how tasks end
   * @param minRate of an adaptive rate
   * @param maxRate of an adaptive rate
   * @param maxPending tasks that wait
   * @param threads of one manager
   * @param taskTimeout of a try
   * @param maxWait at the server
   * @param overloadThreshold a share
   * @param monitoring whether times are measured
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public ConcurrencyConfig {
    Checks.inRange("maxConcurrent", maxConcurrent, 1, MAX);
    if (requestsPerSecond != 0) {
      Checks.inRange("requestsPerSecond", requestsPerSecond, 0.001, MAX_RATE);
    }
    Checks.inRange("burst", (double) burst, 1, MAX_RATE);
    Checks.inRange("minRate", minRate, 0.001, MAX_RATE);
    Checks.inRange("maxRate", maxRate, minRate, MAX_RATE);
    Checks.inRange("maxPending", maxPending, 1, MAX);
    Checks.inRange("threads", threads, 1, 10_000);
    Checks.inRange("taskTimeout", taskTimeout, Duration.ofMillis(1), Checks.DAY);
    Checks.inRange("maxWait", maxWait, Duration.ZERO, Checks.DAY);
    Checks.inRange("overloadThreshold", overloadThreshold, Math.ulp(0.0), 1);
    if (adaptive && requestsPerSecond == 0) {
      throw new IllegalArgumentException("requestsPerSecond must be told for an adaptive rate");
    }
  }

  /**
   * For other values than the usual ones.
   *
   * @param name of the resource, 1..256 bytes
   * @return a builder
   */
  public static ConcurrencyConfigBuilder named(String name) {
    return new ConcurrencyConfigBuilder(name);
  }

  /**
   * For much at once: 5000 tasks, 20000 that wait, 60 s for each, overloaded from 0.9.
   *
   * @param name of the resource
   * @return a builder, to change it or not
   */
  public static ConcurrencyConfigBuilder highPerformance(String name) {
    return named(name)
        .maxConcurrent(5000)
        .maxPending(20_000)
        .taskTimeout(Duration.ofSeconds(60))
        .overloadThreshold(0.9);
  }

  /**
   * For others' sake: 50 tasks per second at most 100 at once, adaptive between 5 and 100 per
   * second.
   *
   * @param name of the resource
   * @return a builder, to change it or not
   */
  public static ConcurrencyConfigBuilder conservative(String name) {
    return named(name).maxConcurrent(100).requestsPerSecond(50).burst(100).adaptiveBetween(5, 100);
  }

  /**
   * For little memory: 100 tasks on 16 threads, 1000 that wait, no measuring.
   *
   * @param name of the resource
   * @return a builder, to change it or not
   */
  public static ConcurrencyConfigBuilder smallMemory(String name) {
    return named(name).maxConcurrent(100).threads(16).maxPending(1000).monitoring(false);
  }
}
