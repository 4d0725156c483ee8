package io.sluice.engine.store.memory;

/**
 * Which slots of some arrays have a hash. It knows hashes and slots only: the caller compares the
 * keys.
 *
 * <p>Chained: a cell holds the slot that was added last to it, and each slot the one that was added
 * before. So adding is two writes, and taking out what was added long ago walks a chain that has
 * one link on average, however full the arrays are.
 */
final class SlotIndex {
  private static final int SPREAD = 0x9E3779B9; // 2^32 / golden ratio

  /** One more than a slot; 0 = none. */
  private final int[] last;

  private final int[] before;
  private int size;

  /**
   * Creates an empty index.
   *
   * @param slots how many there are, a power of two of at least 2
   */
  SlotIndex(int slots) {
    this.last = new int[slots];
    this.before = new int[slots];
  }

  /** Returns a slot that may have this hash, to be passed to {@link #next}; -1 if none has. */
  int first(int hash) {
    return last[cell(hash)] - 1;
  }

  /** Returns the next slot after {@code slot} that may have its hash; -1 if none has. */
  int next(int slot) {
    return before[slot] - 1;
  }

  /** Adds a slot that is not there; one hash may have many. */
  void add(int hash, int slot) {
    int cell = cell(hash);
    before[slot] = last[cell];
    last[cell] = slot + 1;
    size++;
  }

  /** Takes out a slot that is there. */
  void remove(int hash, int slot) {
    int cell = cell(hash);
    if (last[cell] == slot + 1) {
      last[cell] = before[slot];
    } else {
      int later = last[cell] - 1;
      while (before[later] != slot + 1) {
        later = before[later] - 1;
      }
      before[later] = before[slot];
    }
    size--;
  }

  int size() {
    return size;
  }

  private int cell(int hash) {
    return (hash * SPREAD) >>> (Integer.numberOfLeadingZeros(last.length) + 1);
  }
}
