package io.sluice.engine.store.memory;

/**
 * Where in some arrays the entries with a hash are. It knows hashes and slots only: the caller
 * compares the keys.
 *
 * <p>Open addressing with linear probing. A cell holds a hash beside its slot, so moving cells
 * never looks at the keys; an entry that leaves is closed up behind, so there are no tombstones and
 * no cell is worse for what was there before. At most 4/5 full.
 */
final class SlotIndex {
  private static final int MIN_CELLS = 16;
  private static final int SPREAD = 0x9E3779B9; // 2^32 / golden ratio
  private static final long EMPTY = 0;

  private long[] cells = new long[MIN_CELLS];
  private int size;

  /** Returns a cell whose entry has this hash, to be passed to {@link #next}; -1 if none has. */
  int first(int hash) {
    return seek(hash, home(hash, cells));
  }

  /** Returns the next cell after {@code cell} whose entry has this hash; -1 if none has. */
  int next(int hash, int cell) {
    return seek(hash, after(cell, cells));
  }

  /** Returns the slot that a cell leads to. */
  int slot(int cell) {
    return slotOf(cells[cell]);
  }

  /** Adds an entry; one hash may have many. */
  void add(int hash, int slot) {
    if (size + 1 > cells.length / 5 * 4) {
      grow();
    }
    put(pack(hash, slot), cells);
    size++;
  }

  /** Takes out an entry that is there. */
  void remove(int hash, int slot) {
    long entry = pack(hash, slot);
    int cell = home(hash, cells);
    while (cells[cell] != entry) {
      cell = after(cell, cells);
    }
    closeUp(cell);
    size--;
  }

  /** Takes out all entries. */
  void clear() {
    cells = new long[cells.length];
    size = 0;
  }

  int size() {
    return size;
  }

  private int seek(int hash, int start) {
    for (int cell = start; cells[cell] != EMPTY; cell = after(cell, cells)) {
      if (hashOf(cells[cell]) == hash) {
        return cell;
      }
    }
    return -1;
  }

  /** Moves back what follows a cell that came free, as far as a search would now miss it. */
  private void closeUp(int freed) {
    int gap = freed;
    for (int cell = after(gap, cells); cells[cell] != EMPTY; cell = after(cell, cells)) {
      int mask = cells.length - 1;
      int toGap = (gap - home(hashOf(cells[cell]), cells)) & mask;
      int toCell = (cell - home(hashOf(cells[cell]), cells)) & mask;
      if (toGap < toCell) {
        cells[gap] = cells[cell];
        gap = cell;
      }
    }
    cells[gap] = EMPTY;
  }

  private void grow() {
    long[] larger = new long[cells.length * 2];
    for (long entry : cells) {
      if (entry != EMPTY) {
        put(entry, larger);
      }
    }
    cells = larger;
  }

  private static void put(long entry, long[] cells) {
    int cell = home(hashOf(entry), cells);
    while (cells[cell] != EMPTY) {
      cell = after(cell, cells);
    }
    cells[cell] = entry;
  }

  private static int home(int hash, long[] cells) {
    return (hash * SPREAD) >>> (Integer.numberOfLeadingZeros(cells.length) + 1);
  }

  private static int after(int cell, long[] cells) {
    return (cell + 1) & (cells.length - 1);
  }

  private static long pack(int hash, int slot) {
    return ((long) hash << Integer.SIZE) | (slot + 1); // + 1, so that no entry is EMPTY
  }

  private static int hashOf(long entry) {
    return (int) (entry >>> Integer.SIZE);
  }

  private static int slotOf(long entry) {
    return (int) entry - 1;
  }
}
