package io.sluice.client.batch;

import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.SluiceClient;
import io.sluice.client.internal.HeldRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One batch, from its first attempt to its last. For one thread. */
final class BatchRun<T, R> {
  private final BatchProcessorBuilder<T, R> settings;
  private final long number;
  private final List<T> items;
  private final List<@Nullable R> values;
  private List<ItemFailure<T>> failed = List.of();
  private long firstNanos;

  BatchRun(BatchProcessorBuilder<T, R> settings, long number, List<T> items) {
    this.settings = settings;
    this.number = number;
    this.items = items;
    this.values = new ArrayList<>(Collections.nCopies(items.size(), null));
  }

  /** How long the handler took the first time. */
  long firstNanos() {
    return firstNanos;
  }

  BatchResult<T, R> work() throws InterruptedException {
    long beganNanos = settings.clock.nanoTime();
    Progress progress = settings.progress;
    if (progress != null) {
      progress.start(items.size());
    }
    int attempts = 0;
    List<Integer> open = IntStream.range(0, items.size()).boxed().toList();
    do {
      attempts++;
      open = attempt(attempts, open);
    } while (!open.isEmpty() && rests(attempts));
    if (progress != null) {
      progress.succeed(items.size() - failed.size());
      progress.fail(failed.size());
    }
    Duration elapsed = Duration.ofNanos(settings.clock.nanoTime() - beganNanos);
    return new BatchResult<>(number, items.size(), values, failed, attempts, elapsed);
  }

  /** Tries the items with these places. Returns the places of those that failed. */
  private List<Integer> attempt(int attempt, List<Integer> open) throws InterruptedException {
    Batch<T, R> batch = new Batch<>(number, attempt, open.stream().map(items::get).toList());
    try {
      handle(batch);
    } catch (InterruptedException interrupted) {
      throw interrupted;
    } catch (Exception thrown) {
      batch.failAll(thrown);
    }
    List<Integer> left = new ArrayList<>();
    List<ItemFailure<T>> failures = new ArrayList<>();
    for (int i = 0; i < open.size(); i++) {
      int index = open.get(i);
      @Nullable Throwable error = batch.error(i);
      values.set(index, batch.value(i));
      if (error != null) {
        left.add(index);
        failures.add(new ItemFailure<>(index, items.get(index), error));
      }
    }
    failed = failures;
    return left;
  }

  private void handle(Batch<T, R> batch) throws Exception {
    @Nullable Lease lease = lease(batch.items().size());
    var unused =
        new HeldRun(lease)
            .call(
                () -> {
                  long beganNanos = settings.clock.nanoTime();
                  try {
                    settings.handler.handle(batch);
                  } finally {
                    if (batch.attempt() == 1) {
                      firstNanos = settings.clock.nanoTime() - beganNanos;
                    }
                  }
                  if (lease != null && batch.hasFailures()) {
                    lease.outcome(Outcome.ERROR);
                  }
                  return batch;
                });
  }

  private @Nullable Lease lease(int size) throws InterruptedException {
    SluiceClient client = settings.client;
    Demand demand = settings.demand;
    if (client == null || demand == null) {
      return null;
    }
    return client.acquire(
        Acquisition.of(demand.permits(demand.permits() * size)).maxWait(settings.maxWait));
  }

  /** Rests before the next attempt; false if there is none. */
  private boolean rests(int attempts) throws InterruptedException {
    Throwable error = Objects.requireNonNull(failed.get(failed.size() - 1).error());
    if (!settings.backoff.retries(attempts, error)) {
      return false;
    }
    settings.rest.take(settings.backoff.rest(attempts, error));
    return true;
  }
}
