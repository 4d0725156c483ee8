package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CallbacksTest {
  private final BlockingQueue<String> discarded = new LinkedBlockingQueue<>();
  private final Callbacks callbacks = new Callbacks(10, new Counters());

  @AfterEach
  void close() {
    callbacks.close();
  }

  @Test
  void valueThatComesAfterTheFutureWasCompletedIsDiscarded() throws Exception {
    CountDownLatch busy = new CountDownLatch(4);
    CountDownLatch go = new CountDownLatch(1);
    for (int i = 0; i < 4; i++) { // keep every callback thread busy
      CompletableFuture<String> blocking = new CompletableFuture<>();
      CompletableFuture<String> delivered = deliver(blocking);
      var unused =
          delivered.thenRun(
              () -> {
                busy.countDown();
                awaitQuietly(go);
              });
      blocking.complete("blocks");
    }
    busy.await();
    CompletableFuture<String> inner = new CompletableFuture<>();
    CompletableFuture<String> outer = deliver(inner);

    inner.complete("too late");
    assertThat(outer).as("not delivered while the threads are busy").isNotDone();
    outer.completeExceptionally(new IllegalStateException("no longer wanted"));
    go.countDown();

    assertThat(discarded.poll(10, TimeUnit.SECONDS)).isEqualTo("too late");
  }

  @Test
  void futureThatIsCompletedBeforeItsValueCancelsTheCall() {
    CompletableFuture<String> inner = new CompletableFuture<>();

    deliver(inner).completeExceptionally(new IllegalStateException("no longer wanted"));

    assertThat(inner).isCancelled();
    assertThat(discarded).isEmpty();
  }

  private CompletableFuture<String> deliver(CompletableFuture<String> inner) {
    return callbacks.deliver(() -> inner, Function.identity(), discarded::add);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
