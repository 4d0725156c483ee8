package io.sluice.engine.rate;

import java.util.Arrays;

/**
 * A window that moves with time: never more than the limit in any stretch of its length, wherever
 * it begins.
 *
 * <p>A log of what was taken when. <em>Our difference</em> to the textbook's sliding log is a bound
 * on its size: up to {@value #MAX_ENTRIES} permits each may have an entry, and the window is exact
 * to the nanosecond. Above that, entries are kept for slots of a thousandth of the length, as if
 * all of a slot had been taken at its end. <em>Error bound:</em> never a permit more than the
 * limit; a permit comes back up to a thousandth of the length late.
 */
public final class SlidingWindow implements Window {
  /** Most entries of the log, and most permits of which each may have its own. */
  public static final int MAX_ENTRIES = 1000;

  private static final int FIRST_ENTRIES = 4;

  private long permits;
  private long lengthNanos;
  private long slotNanos;
  private long originNanos;
  private long clockNanos;

  /** A ring: when each entry was taken, oldest first, and how much. */
  private long[] takenAtNanos = new long[FIRST_ENTRIES];

  private long[] amounts = new long[FIRST_ENTRIES];
  private int head;
  private int size;
  private long taken;

  SlidingWindow(long permits, WindowRule.Sliding rule, long nowNanos) {
    originNanos = nowNanos;
    clockNanos = nowNanos;
    set(permits, rule.lengthNanos());
  }

  @Override
  public void change(long newPermits, WindowRule newRule, long nowNanos) {
    expire(nowNanos);
    set(newPermits, ((WindowRule.Sliding) newRule).lengthNanos());
    expire(nowNanos);
  }

  @Override
  public long remaining(long nowNanos) {
    expire(nowNanos);
    return permits - taken;
  }

  @Override
  public void take(long more) {
    if (more > 0) {
      add(slotEnd(clockNanos), more);
    }
  }

  @Override
  public long debit(long more, long nowNanos) {
    expire(nowNanos);
    long counted = Math.max(0, Math.min(more, 2 * permits - taken));
    take(counted);
    return more - counted;
  }

  @Override
  public void giveBack(long fewer, long takenAt, long nowNanos) {
    expire(nowNanos);
    long at = slotEnd(takenAt);
    for (int i = size - 1; i >= 0; i--) {
      int index = index(i);
      if (takenAtNanos[index] - at <= 0) {
        if (takenAtNanos[index] == at) {
          long back = Math.min(fewer, amounts[index]);
          amounts[index] -= back;
          taken -= back;
        }
        return;
      }
    }
  }

  @Override
  public long waitNanos(long asked, long nowNanos) {
    expire(nowNanos);
    long missing = asked - (permits - taken);
    if (missing <= 0) {
      return 0;
    }
    // Each permit that leaves is taken at once and leaves again a length later. In debt, those
    // above the limit leave first and are not taken again.
    long debt = Math.max(0, taken - permits);
    long rounds = missing <= debt ? 0 : (missing - debt - 1) / permits;
    long place = missing - rounds * permits;
    long wait = leavesInNanos(place) + (clockNanos - nowNanos);
    return FixedWindow.plus(wait, rounds, lengthNanos);
  }

  @Override
  public long emptyInNanos(long nowNanos) {
    expire(nowNanos);
    return taken == 0 ? 0 : leavesInNanos(taken);
  }

  @Override
  public long[] save() {
    long[] saved = new long[2 + 2 * size];
    saved[0] = originNanos;
    saved[1] = clockNanos;
    for (int i = 0; i < size; i++) {
      saved[2 + 2 * i] = takenAtNanos[index(i)];
      saved[3 + 2 * i] = amounts[index(i)];
    }
    return saved;
  }

  @Override
  public boolean load(long[] saved) {
    if (saved.length < 2 || saved.length % 2 != 0) {
      return false;
    }
    originNanos = saved[0];
    clockNanos = Math.max(clockNanos, saved[1]);
    head = 0;
    size = 0;
    taken = 0;
    for (int i = 2; i < saved.length; i += 2) {
      add(saved[i], saved[i + 1]);
    }
    return true;
  }

  /** Returns the entries that the log has room for; for tests of memory. */
  int entries() {
    return amounts.length;
  }

  /** The time until so many of the permits that count, the oldest first, no longer do. */
  private long leavesInNanos(long place) {
    long left = place;
    for (int i = 0; i < size; i++) {
      left -= amounts[index(i)];
      if (left <= 0) {
        return takenAtNanos[index(i)] + lengthNanos - clockNanos;
      }
    }
    return slotEnd(clockNanos) + lengthNanos - clockNanos; // taken now
  }

  private void set(long newPermits, long newLengthNanos) {
    permits = newPermits;
    lengthNanos = newLengthNanos;
    slotNanos = permits <= MAX_ENTRIES ? 1 : TokenScale.ceilDiv(lengthNanos, MAX_ENTRIES);
  }

  private void expire(long nowNanos) {
    clockNanos = Math.max(clockNanos, nowNanos);
    while (size > 0 && clockNanos - takenAtNanos[head] >= lengthNanos) {
      taken -= amounts[head];
      head = index(1);
      size--;
    }
  }

  private void add(long atNanos, long more) {
    taken += more;
    int last = index(size - 1);
    if (size > 0 && takenAtNanos[last] >= atNanos) {
      amounts[last] += more;
      return;
    }
    if (size == amounts.length) {
      grow();
    }
    int next = index(size++);
    takenAtNanos[next] = atNanos;
    amounts[next] = more;
  }

  /** Makes room, first of what was given back since. */
  private void grow() {
    long[] times = new long[2 * size];
    long[] sums = new long[2 * size];
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (amounts[index(i)] > 0) {
        times[kept] = takenAtNanos[index(i)];
        sums[kept++] = amounts[index(i)];
      }
    }
    int length = Math.max(FIRST_ENTRIES, 2 * kept);
    takenAtNanos = Arrays.copyOf(times, length);
    amounts = Arrays.copyOf(sums, length);
    head = 0;
    size = kept;
  }

  private int index(int place) {
    return Math.floorMod(head + place, amounts.length);
  }

  private long slotEnd(long nanos) {
    long since = nanos - originNanos;
    return nanos + Math.floorMod(-since, slotNanos);
  }
}
