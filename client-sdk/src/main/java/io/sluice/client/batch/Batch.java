package io.sluice.client.batch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Items to work on together, and what came of each. Thread-safe, so that the items may be worked on
 * in parallel.
 *
 * @param <T> the items
 * @param <R> what comes of one
 */
public final class Batch<T, R> {
  private final long number;
  private final int attempt;
  private final List<T> items;
  private final List<@Nullable R> values; // guarded by itself, as are the errors
  private final List<@Nullable Throwable> errors;

  Batch(long number, int attempt, List<T> items) {
    this.number = number;
    this.attempt = attempt;
    this.items = Collections.unmodifiableList(items);
    this.values = new ArrayList<>(Collections.nCopies(items.size(), null));
    this.errors = new ArrayList<>(Collections.nCopies(items.size(), null));
  }

  /**
   * Which batch of its source it is.
   *
   * @return from 1; the same when it is tried again
   */
  public long number() {
    return number;
  }

  /**
   * How often it is tried, this time included.
   *
   * @return from 1
   */
  public int attempt() {
    return attempt;
  }

  /**
   * The items; those alone that failed before when it is tried again.
   *
   * @return in the order of the source
   */
  public List<T> items() {
    return items;
  }

  /**
   * Tells what came of an item. An item of which nothing is told has succeeded with null.
   *
   * @param index its place among {@link #items}
   * @param value what came of it
   */
  public void succeed(int index, R value) {
    tell(index, value, null);
  }

  /**
   * Tells that an item failed, and is to be tried again.
   *
   * @param index its place among {@link #items}
   * @param error why
   */
  public void fail(int index, Throwable error) {
    tell(index, null, Objects.requireNonNull(error));
  }

  boolean hasFailures() {
    synchronized (values) {
      return errors.stream().anyMatch(Objects::nonNull);
    }
  }

  void failAll(Throwable error) {
    for (int i = 0; i < items.size(); i++) {
      fail(i, error);
    }
  }

  @Nullable R value(int index) {
    synchronized (values) {
      return values.get(index);
    }
  }

  @Nullable Throwable error(int index) {
    synchronized (values) {
      return errors.get(index);
    }
  }

  private void tell(int index, @Nullable R value, @Nullable Throwable error) {
    synchronized (values) {
      values.set(index, value);
      errors.set(index, error);
    }
  }
}
