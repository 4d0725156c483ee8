package io.sluice.engine.store.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values that carry their own key: a map without an object for each entry.
 *
 * <p>Open addressing with linear probing, at most 3/4 full; a value that leaves is closed up
 * behind, so there are no tombstones. Hashes lie beside the values: a search, and growing, touch no
 * value but the one that is looked for. It never shrinks, as {@link java.util.HashMap} does not.
 *
 * @param <K> what values are found by
 * @param <V> what is kept
 */
final class KeyedTable<K, V> {
  private static final int MIN_CELLS = 16;
  private static final int SPREAD = 0x9E3779B9; // 2^32 / golden ratio

  private final Function<V, K> keyOf;
  private @Nullable Object[] cells = new @Nullable Object[MIN_CELLS];

  /** The hash of the key of each value, spread. */
  private int[] hashes = new int[MIN_CELLS];

  private int size;

  KeyedTable(Function<V, K> keyOf) {
    this.keyOf = keyOf;
  }

  /** Returns the value of a key, or null. */
  @Nullable V get(K key) {
    return value(cells[find(key, hash(key))]);
  }

  /** Puts a value in, and returns the one that had its key before, or null. */
  @Nullable V put(V value) {
    K key = keyOf.apply(value);
    int hash = hash(key);
    int cell = find(key, hash);
    V before = value(cells[cell]);
    if (before == null && ++size > cells.length / 4 * 3) {
      grow();
      cell = free(hash);
    }
    cells[cell] = value;
    hashes[cell] = hash;
    return before;
  }

  /** Takes out the value of a key, and returns it; null if there is none. */
  @Nullable V remove(K key) {
    int cell = find(key, hash(key));
    V value = value(cells[cell]);
    if (value != null) {
      closeUp(cell);
      size--;
    }
    return value;
  }

  /** Returns all values, in no order that means anything. */
  List<V> values() {
    List<V> values = new ArrayList<>(size);
    for (Object cell : cells) {
      V value = value(cell);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  int size() {
    return size;
  }

  /** Returns the cell of a key's value, or the empty one where it would be. */
  private int find(K key, int hash) {
    int cell = home(hash);
    for (V value = value(cells[cell]); value != null; value = value(cells[cell])) {
      if (hashes[cell] == hash && keyOf.apply(value).equals(key)) {
        break;
      }
      cell = after(cell);
    }
    return cell;
  }

  /** Returns the first empty cell for a hash. */
  private int free(int hash) {
    int cell = home(hash);
    while (cells[cell] != null) {
      cell = after(cell);
    }
    return cell;
  }

  /** Moves back what follows a cell that came free, as far as a search would now miss it. */
  private void closeUp(int freed) {
    int mask = cells.length - 1;
    int gap = freed;
    int cell = after(gap);
    while (cells[cell] != null) {
      int home = home(hashes[cell]);
      if (((gap - home) & mask) < ((cell - home) & mask)) {
        cells[gap] = cells[cell];
        hashes[gap] = hashes[cell];
        gap = cell;
      }
      cell = after(cell);
    }
    cells[gap] = null;
  }

  private void grow() {
    @Nullable Object[] old = cells;
    int[] oldHashes = hashes;
    cells = new @Nullable Object[old.length * 2];
    hashes = new int[cells.length];
    for (int i = 0; i < old.length; i++) {
      if (old[i] != null) { // no two of them are of one key, so the first empty cell is its own
        int cell = free(oldHashes[i]);
        cells[cell] = old[i];
        hashes[cell] = oldHashes[i];
      }
    }
  }

  private int hash(K key) {
    return key.hashCode() * SPREAD;
  }

  private int home(int hash) {
    return hash >>> (Integer.numberOfLeadingZeros(cells.length) + 1);
  }

  private int after(int cell) {
    return (cell + 1) & (cells.length - 1);
  }

  @SuppressWarnings("unchecked") // only V is ever put in
  private @Nullable V value(@Nullable Object cell) {
    return (V) cell;
  }
}
