package io.sluice.client.invocations;

import io.sluice.client.Acquisition;
import io.sluice.client.ConcurrencyException;
import io.sluice.client.DenialReason;
import io.sluice.client.Lease;
import io.sluice.client.NanoClock;
import io.sluice.client.SluiceClient;
import io.sluice.client.SluiceUnavailableException;
import io.sluice.client.internal.Daemons;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes calls in order, asks the server when each may run, and runs it on one of its threads. A
 * call that waits at the server keeps no thread; at most {@value #MAX_ASKING} do so. Thread-safe.
 */
final class Runner {
  static final int MAX_ASKING = 1000;
  private static final Duration LATER = Duration.ofSeconds(1);

  private final SluiceClient client;
  private final NanoClock clock;
  private final ThreadPoolExecutor threads;
  private final ScheduledThreadPoolExecutor timer;
  private final Queue<Call<?>> waiting = new ArrayDeque<>(); // all guarded by this
  private int asking;
  private boolean started;
  private boolean passing;

  Runner(SluiceClient client, NanoClock clock, int workers) {
    this.client = client;
    this.clock = clock;
    this.threads = Daemons.pool(workers, Daemons.named("sluice-invocation"));
    this.timer = new ScheduledThreadPoolExecutor(1, Daemons.named("sluice-invocation-later"));
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  synchronized void start() {
    started = true;
    pass();
  }

  synchronized void add(Call<?> call) {
    waiting.add(call);
    pass();
  }

  /** Takes no more calls; what runs goes on. */
  void shutdown() {
    synchronized (this) {
      started = false;
      waiting.clear();
    }
    timer.shutdown();
    threads.shutdown();
  }

  /** Waits for what runs; false if it still runs then. */
  boolean await(Duration time) throws InterruptedException {
    return threads.awaitTermination(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** An answer may be there before the next call is taken, so none is taken from within. */
  private void pass() {
    if (passing) {
      return;
    }
    passing = true;
    try {
      while (started && asking < MAX_ASKING && !waiting.isEmpty()) {
        Call<?> next = waiting.remove();
        @Nullable Acquisition acquisition = next.take();
        if (acquisition != null) {
          asking++;
          ask(next, acquisition);
        }
      }
    } finally {
      passing = false;
    }
  }

  private void ask(Call<?> call, Acquisition acquisition) {
    CompletableFuture<Lease> asked = client.acquireAsync(acquisition);
    call.asking(asked);
    var unused =
        asked.whenComplete(
            (lease, denied) -> {
              try {
                threads.execute(() -> answered(call, lease, denied));
              } catch (RejectedExecutionException closed) {
                answered(call, lease, denied);
              }
            });
  }

  private void answered(Call<?> call, @Nullable Lease lease, @Nullable Throwable denied) {
    if (lease == null) {
      denied(call, Objects.requireNonNull(denied));
    } else if (call.run(lease, clock)) {
      add(call);
    }
    synchronized (this) {
      asking--;
      pass();
    }
  }

  private void denied(Call<?> call, Throwable denied) {
    if (denied instanceof ConcurrencyException answer) {
      denied(call, answer);
    } else if (denied instanceof SluiceUnavailableException) {
      later(call, LATER);
    } else if (denied instanceof CancellationException) {
      call.end(InvocationStatus.CANCELLED, null, denied);
    } else {
      call.end(InvocationStatus.FAILED, null, denied);
    }
  }

  private void denied(Call<?> call, ConcurrencyException denied) {
    boolean isPurged = denied.reason() == DenialReason.SHED && denied.retryAfter().isEmpty();
    if (denied.reason() == DenialReason.CONCURRENCY && !call.waits()) {
      call.end(
          InvocationStatus.CONCURRENCY_CONTROLLED_FINAL, null, denied, Optional.of(denied.limit()));
    } else if (isPurged) {
      call.end(InvocationStatus.PURGED, null, denied);
    } else if (denied.reason().isCuredByTime()) {
      later(call, denied.retryAfter().orElse(LATER));
    } else {
      call.end(InvocationStatus.FAILED, null, denied);
    }
  }

  /** No call is lost because the server could not take it in just now. */
  private void later(Call<?> call, Duration delay) {
    call.putBack();
    try {
      var unused = timer.schedule(() -> add(call), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      call.end(InvocationStatus.CANCELLED, null, closed);
    }
  }
}
