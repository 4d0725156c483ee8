package io.sluice.client.batch;

import io.sluice.client.Demand;
import io.sluice.client.NanoClock;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.Checks;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link BatchProcessor}.
 *
 * @param <T> the items
 * @param <R> what comes of one
 */
public final class BatchProcessorBuilder<T, R> {
  private static final Duration DAY = Duration.ofHours(24);

  final BatchHandler<T, R> handler;
  BatchSize size;
  Backoff backoff = new Backoff(3, Duration.ofSeconds(1));
  @Nullable SluiceClient client;
  @Nullable Demand demand;
  Duration maxWait = Duration.ZERO;
  @Nullable Progress progress;
  NanoClock clock = NanoClock.system();
  Rest rest = BatchProcessorBuilder::rest;

  /** Lets time pass. */
  @FunctionalInterface
  interface Rest {
    void take(Duration time) throws InterruptedException;
  }

  BatchProcessorBuilder(BatchHandler<T, R> handler, Map<String, String> environment) {
    this.handler = handler;
    this.size = BatchSize.fixed(Checks.variable(environment, "BATCH_SIZE", 100, 1, 1_000_000));
  }

  /**
   * How many items a batch has. Unless told, the variable {@code BATCH_SIZE} of the process, or
   * else 100.
   *
   * @param size fixed or dynamic
   * @return this
   */
  public BatchProcessorBuilder<T, R> size(BatchSize size) {
    this.size = size;
    return this;
  }

  /**
   * How often what failed is tried, and how long it rests before it is tried again: twice as long
   * each time, up to a minute, or as long as a denial or a {@link
   * io.sluice.client.ThrottledException} says. Unless told, 3 times and 1 s.
   *
   * @param maxAttempts 1..100, the first included
   * @param firstRest 0..24 h
   * @return this
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public BatchProcessorBuilder<T, R> retry(int maxAttempts, Duration firstRest) {
    backoff =
        new Backoff(
            Checks.inRange("maxAttempts", maxAttempts, 1, 100),
            Checks.inRange("firstRest", firstRest, Duration.ZERO, DAY));
    return this;
  }

  /**
   * Asks once for each attempt of a batch, for as many permits as it has items.
   *
   * @param client to ask; stays its owner's to close
   * @param demand what an item needs; its permits are those of one item
   * @param maxWait how long a batch may wait in the server's queue, 0..24 h
   * @return this
   * @throws IllegalArgumentException if the wait is outside its bounds
   */
  public BatchProcessorBuilder<T, R> leased(SluiceClient client, Demand demand, Duration maxWait) {
    this.client = client;
    this.demand = demand;
    this.maxWait = Checks.inRange("maxWait", maxWait, Duration.ZERO, DAY);
    return this;
  }

  /**
   * Counts along.
   *
   * @param progress told of items as their batch begins and ends
   * @return this
   */
  public BatchProcessorBuilder<T, R> progress(Progress progress) {
    this.progress = progress;
    return this;
  }

  /**
   * Measures with another clock than the machine's.
   *
   * @param clock read when batches begin and end
   * @return this
   */
  public BatchProcessorBuilder<T, R> clock(NanoClock clock) {
    this.clock = clock;
    return this;
  }

  BatchProcessorBuilder<T, R> rest(Rest rest) {
    this.rest = rest;
    return this;
  }

  /**
   * Makes the processor.
   *
   * @return the processor
   */
  public BatchProcessor<T, R> build() {
    return new BatchProcessor<>(this);
  }

  private static void rest(Duration time) throws InterruptedException {
    boolean unused = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
  }
}
