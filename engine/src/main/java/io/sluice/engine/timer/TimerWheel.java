package io.sluice.engine.timer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hierarchical timing wheel: O(1) to schedule and cancel, O(due) to fire.
 *
 * <p>Five wheels of 64 slots. A slot of the first is one tick of 2^20 ns (1.05 ms), a slot of each
 * further one is 64 of the one before: 1.05 ms, 67 ms, 4.3 s, 4.6 min, 4.9 h; later deadlines wait
 * in the last slot of the last wheel and are sorted in again. A timer fires at the end of the tick
 * that holds its deadline: never early, at most one tick late. A bit mask per wheel says which
 * slots hold something, so finding the next event is a few instructions however sparse the timers
 * are.
 *
 * <p>Source: G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme
 * 7. <em>Our differences:</em> the masks, and no tick is ever visited that holds nothing.
 *
 * <p>Not thread-safe.
 *
 * @param <T> what is timed
 */
public final class TimerWheel<T extends Timer> {
  /** One tick. */
  public static final long TICK_NANOS = 1L << 20;

  private static final int TICK_SHIFT = 20;
  private static final int WHEEL_SHIFT = 6;
  private static final int SLOTS = 1 << WHEEL_SHIFT;
  private static final int WHEELS = 5;

  private final @Nullable Timer[] heads = new Timer[WHEELS * SLOTS];
  private final @Nullable Timer[] tails = new Timer[WHEELS * SLOTS];
  private final long[] occupied = new long[WHEELS];
  private long tick;
  private int size;

  /** The answer of {@link #nextEventNanos}, asked for more often than it changes. */
  private long nextEventNanos = Long.MAX_VALUE;

  private boolean nextEventKnown = true;

  /** Creates an empty wheel whose time begins at {@code nowNanos}. */
  public TimerWheel(long nowNanos) {
    tick = nowNanos >> TICK_SHIFT;
  }

  /** Returns how many timers are scheduled. */
  public int size() {
    return size;
  }

  /** Schedules a timer, or moves it if it is scheduled. A deadline in the past is due next. */
  public void schedule(T timer, long deadlineNanos) {
    cancel(timer);
    timer.setDeadlineNanos(deadlineNanos);
    insert(timer);
    size++;
  }

  /** Takes a timer off; nothing happens if it is not scheduled. */
  public void cancel(T timer) {
    if (timer.isScheduled()) {
      unlink(timer);
      size--;
    }
  }

  /**
   * Moves time on and takes off every timer whose tick has ended, earliest deadline first.
   *
   * @param due told each timer, after all were taken off; may schedule others
   */
  public void advance(long nowNanos, Consumer<? super T> due) {
    long newTick = nowNanos >> TICK_SHIFT;
    if (newTick <= tick) {
      return;
    }
    nextEventKnown = false;
    if (size == 0) {
      tick = newTick;
      return;
    }
    List<T> fired = new ArrayList<>();
    long oldTick = tick;
    tick = newTick;
    for (int wheel = 0; wheel < WHEELS; wheel++) {
      int shift = wheel * WHEEL_SHIFT;
      long passed = (newTick >> shift) - (oldTick >> shift);
      if (passed == 0) {
        break;
      }
      sweep(wheel, (oldTick >> shift), Math.min(passed, SLOTS), fired);
    }
    if (fired.size() > 1) {
      fired.sort(Comparator.comparingLong(Timer::deadlineNanos));
    }
    fired.forEach(due);
  }

  /**
   * Returns a time at or before which no timer fires, but at which {@link #advance} makes progress;
   * {@link Long#MAX_VALUE} if nothing is scheduled.
   */
  public long nextEventNanos() {
    if (!nextEventKnown) {
      nextEventNanos = findNextEvent();
      nextEventKnown = true;
    }
    return nextEventNanos;
  }

  private long findNextEvent() {
    long next = Long.MAX_VALUE;
    for (int wheel = 0; wheel < WHEELS; wheel++) {
      if (occupied[wheel] != 0) {
        long current = tick >> shift(wheel);
        long rotated = Long.rotateRight(occupied[wheel], (int) current & (SLOTS - 1));
        next = Math.min(next, eventNanos(wheel, Long.numberOfTrailingZeros(rotated)));
      }
    }
    return next;
  }

  /** Returns when something happens to a slot, so many slots ahead of the present one. */
  private long eventNanos(int wheel, long slotsAhead) {
    // The first wheel fires when a slot's tick has ended, the others are sorted in when it begins.
    long slots = (tick >> shift(wheel)) + slotsAhead + (wheel == 0 ? 1 : 0);
    return Math.max(slots << shift(wheel), tick + 1) << TICK_SHIFT;
  }

  private long eventNanos(int slot) {
    int wheel = slot >> WHEEL_SHIFT;
    return eventNanos(wheel, (slot - (tick >> shift(wheel))) & (SLOTS - 1));
  }

  private void sweep(int wheel, long firstSlot, long count, List<T> fired) {
    // In the first wheel the slots [old, new) have ended; in the others (old, new] have begun.
    long from = wheel == 0 ? firstSlot : firstSlot + 1;
    long rotated = Long.rotateRight(occupied[wheel], (int) from & (SLOTS - 1));
    long mask = count == SLOTS ? -1L : (1L << count) - 1;
    for (long left = rotated & mask; left != 0; left &= left - 1) {
      int slot = (int) (from + Long.numberOfTrailingZeros(left)) & (SLOTS - 1);
      drain(wheel * SLOTS + slot, fired);
    }
  }

  private void drain(int slot, List<T> fired) {
    Timer timer = heads[slot];
    heads[slot] = null;
    tails[slot] = null;
    occupied[slot >> WHEEL_SHIFT] &= ~(1L << (slot & (SLOTS - 1)));
    while (timer != null) {
      Timer next = timer.next;
      timer.previous = null;
      timer.next = null;
      timer.slot = -1;
      if ((timer.deadlineNanos() >> TICK_SHIFT) < tick) {
        size--;
        @SuppressWarnings("unchecked") // only T is ever inserted
        T due = (T) timer;
        fired.add(due);
      } else {
        insert(timer);
      }
      timer = next;
    }
  }

  private void insert(Timer timer) {
    long due = Math.max(timer.deadlineNanos() >> TICK_SHIFT, tick);
    int wheel = 0;
    while (wheel < WHEELS - 1 && (due >> shift(wheel)) - (tick >> shift(wheel)) >= SLOTS) {
      wheel++;
    }
    long slots = Math.min((due >> shift(wheel)) - (tick >> shift(wheel)), SLOTS - 1);
    int slot = (int) ((tick >> shift(wheel)) + slots) & (SLOTS - 1);
    link(timer, wheel * SLOTS + slot);
  }

  private static int shift(int wheel) {
    return wheel * WHEEL_SHIFT;
  }

  private void link(Timer timer, int slot) {
    Timer tail = tails[slot];
    if (tail == null) {
      heads[slot] = timer;
    } else {
      tail.next = timer;
    }
    timer.previous = tail;
    tails[slot] = timer;
    timer.slot = slot;
    if (nextEventKnown) {
      nextEventNanos = Math.min(nextEventNanos, eventNanos(slot));
    }
    occupied[slot >> WHEEL_SHIFT] |= 1L << (slot & (SLOTS - 1));
  }

  private void unlink(Timer timer) {
    int slot = timer.slot;
    if (timer.previous == null) {
      heads[slot] = timer.next;
    } else {
      timer.previous.next = timer.next;
    }
    if (timer.next == null) {
      tails[slot] = timer.previous;
    } else {
      timer.next.previous = timer.previous;
    }
    timer.previous = null;
    timer.next = null;
    timer.slot = -1;
    if (heads[slot] == null) {
      occupied[slot >> WHEEL_SHIFT] &= ~(1L << (slot & (SLOTS - 1)));
      nextEventKnown &= eventNanos(slot) != nextEventNanos;
    }
  }
}
