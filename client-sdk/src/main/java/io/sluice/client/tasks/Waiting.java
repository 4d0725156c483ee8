package io.sluice.client.tasks;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Waiting for tasks that end by themselves. */
final class Waiting {
  private Waiting() {}

  /** Waits for what the mode says; what has not ended then goes on. */
  static <T> Waited<T> forTasks(
      List<CompletableFuture<TaskResult<T>>> futures, Duration timeout, WaitMode mode)
      throws InterruptedException {
    CompletableFuture<Boolean> enough = new CompletableFuture<>();
    AtomicInteger left = new AtomicInteger(futures.size());
    for (CompletableFuture<TaskResult<T>> future : futures) {
      var unused =
          future.whenComplete(
              (result, failure) -> {
                boolean suffices =
                    switch (mode) {
                      case ALL -> false;
                      case FIRST -> true;
                      case FIRST_EXCEPTION -> failure != null || !result.isSuccess();
                    };
                if (left.decrementAndGet() == 0 || suffices) {
                  enough.complete(true);
                }
              });
    }
    if (!futures.isEmpty()) {
      var unused = forIt(enough, timeout);
    }
    return new Waited<>(
        futures.stream().filter(CompletableFuture::isDone).toList(),
        futures.stream().filter(future -> !future.isDone()).toList());
  }

  /** Waits for all of them; an interrupt cancels them. */
  static void forAll(List<? extends Execution<?>> executions) throws InterruptedException {
    try {
      all(executions).get();
    } catch (InterruptedException interrupted) {
      executions.forEach(Execution::cancel);
      throw interrupted;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Waits for a future that never fails; false if it is not complete in time. */
  static boolean forIt(CompletableFuture<?> future, Duration time) throws InterruptedException {
    try {
      future.get(time.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException late) {
      return false;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Completes when all of them have ended. */
  static CompletableFuture<Void> all(List<? extends Execution<?>> executions) {
    return CompletableFuture.allOf(
        executions.stream().map(Execution::result).toArray(CompletableFuture<?>[]::new));
  }
}
