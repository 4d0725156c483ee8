package io.sluice.client.tasks;

import io.sluice.client.internal.Checks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue in ten bands: the band with the lowest number first, and in a band the first to
 * come. Thread-safe; never blocks.
 *
 * @param <E> what is in it
 */
public final class TaskQueue<E> {
  private static final int BANDS = 10;

  private final int capacity;
  private final List<Deque<E>> bands = new ArrayList<>(); // guarded by this
  private int size; // guarded by this

  /**
   * An empty queue.
   *
   * @param capacity the most that is in it, 1..10000000
   * @throws IllegalArgumentException if it is outside its bounds
   */
  public TaskQueue(int capacity) {
    Checks.inRange("capacity", capacity, 1, 10_000_000);
    this.capacity = capacity;
    for (int i = 0; i < BANDS; i++) {
      bands.add(new ArrayDeque<>());
    }
  }

  /**
   * Puts one at the end of its band.
   *
   * @param element what is put
   * @param priority 0..9
   * @return false if the queue is full; it is not put then
   * @throws IllegalArgumentException if the priority is outside its bounds
   */
  public synchronized boolean offer(E element, int priority) {
    Checks.inRange("priority", priority, 0, BANDS - 1);
    if (size == capacity) {
      return false;
    }
    bands.get(priority).addLast(element);
    size++;
    return true;
  }

  /**
   * Takes the next.
   *
   * @return null if there is none
   */
  public synchronized @Nullable E poll() {
    for (Deque<E> band : bands) {
      E first = band.pollFirst();
      if (first != null) {
        size--;
        return first;
      }
    }
    return null;
  }

  /**
   * Takes one out, wherever it is in its band. Costs time in proportion to the band.
   *
   * @param element which, by {@code equals}
   * @param priority of its band, 0..9
   * @return whether it was there
   */
  public synchronized boolean remove(E element, int priority) {
    boolean removed = bands.get(priority).remove(element);
    if (removed) {
      size--;
    }
    return removed;
  }

  /**
   * How many are in it.
   *
   * @return 0..capacity
   */
  public synchronized int size() {
    return size;
  }
}
