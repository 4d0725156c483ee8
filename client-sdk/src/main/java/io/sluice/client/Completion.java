package io.sluice.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Hangs an action on a future in such a way that a bug in the action is loud. */
final class Completion {
  private static final Logger log = System.getLogger(Completion.class.getName());

  private Completion() {}

  /** Runs the action with value or failure, on the thread that completes the future. */
  static <T> void of(
      CompletableFuture<T> future, BiConsumer<? super T, ? super @Nullable Throwable> action) {
    var unused =
        future.whenComplete(
            (value, failure) -> {
              try {
                action.accept(value, failure);
              } catch (RuntimeException | Error bug) {
                log.log(Level.ERROR, "an action on a completed call failed", bug);
                throw bug;
              }
            });
  }
}
