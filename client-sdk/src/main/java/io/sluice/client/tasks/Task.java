package io.sluice.client.tasks;

import io.sluice.client.internal.Checks;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work for a {@link ConcurrencyManager}. Immutable; running it twice is two tasks.
 *
 * <pre>{@code
 * Task.of("page 7", () -> fetch(page7)).priority(TaskPriority.HIGH).metadata("url", page7)
 * }</pre>
 *
 * @param <T> what the work returns
 * @param name for people, 0..256 bytes; shown with its lease as the label {@code task}
 * @param work what is done; it is interrupted when its time is over
 * @param priority 0..9, the lower goes first
 * @param timeout how long each try may run; null = as the manager is configured
 * @param maxAttempts how often it is tried while it fails, 1..100; a timeout is not tried again
 * @param metadata free text that comes back with the result, shown with its lease as labels; at
 *     most 15, keys 1..64 bytes, values 0..256 bytes
 */
public record Task<T>(
    String name,
    Callable<T> work,
    int priority,
    @Nullable Duration timeout,
    int maxAttempts,
    Map<String, String> metadata) {
  private static final int MAX_METADATA = 15;

  /**
   * Checks the bounds.
   *
   * @param name for people
   * @param work what is done
   * @param priority in the queue
   * @param timeout of each try
   * @param maxAttempts tries
   * @param metadata copied
   * @throws IllegalArgumentException if a value is outside its bounds
   */
  public Task {
    Checks.inRange("priority", priority, 0, 9);
    Checks.inRange("maxAttempts", maxAttempts, 1, 100);
    if (timeout != null) {
      Checks.inRange("timeout", timeout, Duration.ofMillis(1), Checks.DAY);
    }
    metadata = Map.copyOf(metadata);
    Checks.inRange("entries of metadata", metadata.size(), 0, MAX_METADATA);
  }

  /**
   * A task of the usual priority, tried once.
   *
   * @param <T> what the work returns
   * @param name for people
   * @param work what is done
   * @return the task
   */
  public static <T> Task<T> of(String name, Callable<T> work) {
    return new Task<>(name, work, TaskPriority.NORMAL.level(), null, 1, Map.of());
  }

  /**
   * The same with another priority.
   *
   * @param priority 0..9, the lower goes first
   * @return a new task
   * @throws IllegalArgumentException if it is outside its bounds
   */
  public Task<T> priority(int priority) {
    return new Task<>(name, work, priority, timeout, maxAttempts, metadata);
  }

  /**
   * The same with another priority.
   *
   * @param priority by name
   * @return a new task
   */
  public Task<T> priority(TaskPriority priority) {
    return priority(priority.level());
  }

  /**
   * The same with a time of its own.
   *
   * @param timeout of each try, 1 ms..24 h
   * @return a new task
   * @throws IllegalArgumentException if it is outside its bounds
   */
  public Task<T> timeout(Duration timeout) {
    return new Task<>(name, work, priority, timeout, maxAttempts, metadata);
  }

  /**
   * The same, tried again while it fails; the server is asked anew for each try.
   *
   * @param maxAttempts 1..100, the first included
   * @return a new task
   * @throws IllegalArgumentException if it is outside its bounds
   */
  public Task<T> attempts(int maxAttempts) {
    return new Task<>(name, work, priority, timeout, maxAttempts, metadata);
  }

  /**
   * The same with one text more.
   *
   * @param key 1..64 bytes
   * @param value 0..256 bytes
   * @return a new task
   * @throws IllegalArgumentException if there are too many
   */
  public Task<T> metadata(String key, String value) {
    Map<String, String> changed = new HashMap<>(metadata);
    changed.put(key, value);
    return new Task<>(name, work, priority, timeout, maxAttempts, changed);
  }
}
