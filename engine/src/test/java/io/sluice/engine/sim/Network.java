package io.sluice.engine.sim;

import java.util.SplittableRandom;

/** What lies between clients and the engine: it delays, and so reorders; it loses and repeats. */
final class Network {
  private final Scheduler scheduler;
  private final SplittableRandom random;
  private final double loss;
  private final double repeat;
  private final long maxDelayNanos;

  Network(Scheduler scheduler, SplittableRandom random) {
    this.scheduler = scheduler;
    this.random = random;
    boolean calm = random.nextInt(4) == 0;
    this.loss = calm ? 0 : random.nextDouble() * 0.2;
    this.repeat = calm ? 0 : random.nextDouble() * 0.2;
    this.maxDelayNanos = 1 + random.nextLong(calm ? 2_000_000 : 200_000_000);
  }

  /** Returns how long a message may be under way, there or back. */
  long maxDelayNanos() {
    return maxDelayNanos;
  }

  /** Sends a message that may be lost, or arrive twice. */
  void send(Runnable arrival) {
    sendOnce(arrival);
    if (random.nextDouble() < repeat) {
      sendOnce(arrival);
    }
  }

  /** Sends a message that may be lost. Returns whether it will arrive. */
  boolean sendOnce(Runnable arrival) {
    if (random.nextDouble() < loss) {
      return false;
    }
    scheduler.in(random.nextLong(maxDelayNanos), arrival);
    return true;
  }
}
