package io.sluice.client.tasks;

import java.time.Duration;

/** Builds a {@link ConcurrencyConfig}. What is not told is as usual. */
public final class ConcurrencyConfigBuilder {
  private static final int USUAL_THREADS = 1000;

  private final String name;
  private int maxConcurrent = 1000;
  private double requestsPerSecond;
  private long burst;
  private boolean adaptive;
  private double minRate = 1;
  private double maxRate = 1000;
  private int maxPending = 10_000;
  private int threads;
  private Duration taskTimeout = Duration.ofSeconds(30);
  private Duration maxWait = Duration.ofHours(1);
  private double overloadThreshold = 0.8;
  private boolean monitoring = true;

  ConcurrencyConfigBuilder(String name) {
    this.name = name;
  }

  /**
   * Tasks at once, of all managers of the name together. Usually 1000.
   *
   * @param maxConcurrent 1..1000000
   * @return this
   */
  public ConcurrencyConfigBuilder maxConcurrent(int maxConcurrent) {
    this.maxConcurrent = maxConcurrent;
    return this;
  }

  /**
   * Tasks begun per second, of all managers of the name together. Usually not limited.
   *
   * @param requestsPerSecond 0.001..1000000000; 0 = not limited
   * @return this
   */
  public ConcurrencyConfigBuilder requestsPerSecond(double requestsPerSecond) {
    this.requestsPerSecond = requestsPerSecond;
    return this;
  }

  /**
   * Tasks that may begin at once after a pause. Usually as many as in a second, at least 1.
   *
   * @param burst 1..1000000000
   * @return this
   */
  public ConcurrencyConfigBuilder burst(long burst) {
    this.burst = burst;
    return this;
  }

  /**
   * Lets the rate follow how tasks end: halved when a provider refuses, less by a fifth after an
   * error, growing slowly else.
   *
   * @param minRate the least, per second
   * @param maxRate the most, per second
   * @return this
   */
  public ConcurrencyConfigBuilder adaptiveBetween(double minRate, double maxRate) {
    this.adaptive = true;
    this.minRate = minRate;
    this.maxRate = maxRate;
    return this;
  }

  /**
   * Tasks that wait in one manager. Usually 10000.
   *
   * @param maxPending 1..1000000
   * @return this
   */
  public ConcurrencyConfigBuilder maxPending(int maxPending) {
    this.maxPending = maxPending;
    return this;
  }

  /**
   * Tasks that one manager asks for or runs at once, each on its own thread, so that no lease waits
   * for a thread. Usually as many as run at once, at most 1000. Threads are made when they are
   * needed, and end when they are not.
   *
   * @param threads 1..10000
   * @return this
   */
  public ConcurrencyConfigBuilder threads(int threads) {
    this.threads = threads;
    return this;
  }

  /**
   * How long a try of a task may run unless it says itself. Usually 30 s.
   *
   * @param taskTimeout 1 ms..24 h
   * @return this
   */
  public ConcurrencyConfigBuilder taskTimeout(Duration taskTimeout) {
    this.taskTimeout = taskTimeout;
    return this;
  }

  /**
   * How long a task waits at the server before it counts as denied. Usually 1 h.
   *
   * @param maxWait 0..24 h
   * @return this
   */
  public ConcurrencyConfigBuilder maxWait(Duration maxWait) {
    this.maxWait = maxWait;
    return this;
  }

  /**
   * The share of what may run or wait from which the manager is overloaded. Usually 0.8.
   *
   * @param overloadThreshold above 0 to 1
   * @return this
   */
  public ConcurrencyConfigBuilder overloadThreshold(double overloadThreshold) {
    this.overloadThreshold = overloadThreshold;
    return this;
  }

  /**
   * Whether times of tasks are measured. Usually they are.
   *
   * @param monitoring false = not
   * @return this
   */
  public ConcurrencyConfigBuilder monitoring(boolean monitoring) {
    this.monitoring = monitoring;
    return this;
  }

  /**
   * Makes the configuration.
   *
   * @return it
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public ConcurrencyConfig build() {
    return new ConcurrencyConfig(
        name,
        maxConcurrent,
        requestsPerSecond,
        burst == 0 ? Math.max(1, (long) requestsPerSecond) : burst,
        adaptive,
        minRate,
        maxRate,
        maxPending,
        threads == 0 ? Math.min(maxConcurrent, USUAL_THREADS) : threads,
        taskTimeout,
        maxWait,
        overloadThreshold,
        monitoring);
  }
}
