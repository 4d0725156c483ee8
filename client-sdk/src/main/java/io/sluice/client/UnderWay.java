package io.sluice.client;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The calls that have not ended yet, so that none outlives the client. Thread-safe; bounded by the
 * places of the {@link LeaseDesk}.
 */
final class UnderWay {
  private final Map<Long, CompletableFuture<?>> calls = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private volatile boolean closed;

  /** Keeps the call until it ends; cancels it at once after {@link #cancelAll}. */
  void track(CompletableFuture<?> call) {
    Long number = numbers.incrementAndGet();
    calls.put(number, call);
    Completion.of(call, (value, failure) -> calls.remove(number));
    if (closed) {
      call.cancel(false);
    }
  }

  List<CompletableFuture<?>> all() {
    return List.copyOf(calls.values());
  }

  /** Cancels every call, those that still come included. */
  void cancelAll() {
    closed = true;
    calls.values().forEach(call -> call.cancel(false));
  }
}
