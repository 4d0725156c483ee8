package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CallbacksTest {
  private final Callbacks callbacks = new Callbacks(new Counters(), System::nanoTime);

  @AfterEach
  void close() {
    callbacks.close();
  }

  @Test
  void continuationThatWaitsForAnotherOneOfTheSameMomentDoesNotStopIt() throws Exception {
    CompletableFuture<Void> second = new CompletableFuture<>();
    CompletableFuture<Void> first = new CompletableFuture<>();
    CompletableFuture<Void> seen = first.thenRun(second::join);

    callbacks.run(() -> first.complete(null));
    callbacks.run(() -> second.complete(null));
    while (!callbacks.tend()) {
      Thread.onSpinWait();
    }

    seen.get(10, TimeUnit.SECONDS);
  }

  @Test
  void fourMayBlockAndNoMore() throws Exception {
    CountDownLatch busy = new CountDownLatch(4);
    CountDownLatch go = new CountDownLatch(1);
    for (int i = 0; i < 4; i++) {
      callbacks.run(
          () -> {
            busy.countDown();
            awaitQuietly(go);
          });
    }
    while (!callbacks.tend()) {
      Thread.onSpinWait();
    }
    assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Void> fifth = new CompletableFuture<>();

    callbacks.run(() -> fifth.complete(null));

    assertThat(fifth).isNotDone();
    go.countDown();
    fifth.get(10, TimeUnit.SECONDS);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
