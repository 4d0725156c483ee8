package io.sluice.engine.rate;

import java.util.Arrays;

/**
 * A window of the calendar.
 *
 * <p>The end of a window only ever moves on: a wall clock that goes back never opens a window again
 * that was spent, and one that goes forward over several windows opens one. Where the clock went
 * back, the present window lasts until the wall clock has caught up with its end.
 */
public final class CalendarWindow implements Window {
  /** Windows that are looked up one by one; those after them are taken to be as long. */
  private static final int MAX_WINDOWS_AHEAD = 64;

  private final OpenWindow open;
  private final WallClock wall;
  private WindowRule.Calendar rule;
  private long endsAtMillis;
  private long clockNanos;

  CalendarWindow(long permits, WindowRule.Calendar rule, WallClock wall, long nowNanos) {
    open = new OpenWindow(permits);
    this.wall = wall;
    this.rule = rule;
    clockNanos = nowNanos;
    // Not the present time: the bucket may stand in for one that was forgotten before the wall
    // clock went back.
    endsAtMillis = rule.endMillis(wall.latestMillis(nowNanos));
  }

  @Override
  public void change(long newPermits, WindowRule newRule, long nowNanos) {
    roll(nowNanos);
    open.permits(newPermits);
    if (!rule.equals(newRule)) {
      rule = (WindowRule.Calendar) newRule;
      endsAtMillis = rule.endMillis(wall.latestMillis(clockNanos));
    }
  }

  @Override
  public long remaining(long nowNanos) {
    roll(nowNanos);
    return open.remaining();
  }

  @Override
  public void take(long permits) {
    open.take(permits, clockNanos);
  }

  @Override
  public long debit(long permits, long nowNanos) {
    roll(nowNanos);
    return open.debit(permits, clockNanos);
  }

  @Override
  public void giveBack(long permits, long takenAtNanos, long nowNanos) {
    roll(nowNanos);
    open.giveBack(permits, takenAtNanos);
  }

  @Override
  public long waitNanos(long permits, long nowNanos) {
    roll(nowNanos);
    long windows = open.windowsUntil(permits);
    if (windows == 0) {
      return 0;
    }
    long end = endsAtMillis;
    long length = 0;
    long ahead = Math.min(windows - 1, MAX_WINDOWS_AHEAD);
    for (long i = 0; i < ahead; i++) {
      long next = rule.endMillis(end);
      length = next - end;
      end = next;
    }
    long rest = windows - 1 - ahead;
    boolean far = rest > 0 && rest > (Long.MAX_VALUE - end) / length;
    return wall.nanosUntil(far ? Long.MAX_VALUE : end + rest * length, nowNanos);
  }

  @Override
  public long emptyInNanos(long nowNanos) {
    roll(nowNanos);
    return open.isUntouched() ? 0 : wall.nanosUntil(endsAtMillis, nowNanos);
  }

  @Override
  public int nextCrossing() {
    return open.nextCrossing();
  }

  @Override
  public long[] save() {
    long[] inside = open.save();
    return new long[] {endsAtMillis, clockNanos, inside[0], inside[1], inside[2], inside[3]};
  }

  @Override
  public boolean load(long[] saved) {
    if (saved.length != 6) {
      return false;
    }
    endsAtMillis = saved[0];
    clockNanos = Math.max(clockNanos, saved[1]);
    open.load(Arrays.copyOfRange(saved, 2, 6));
    return true;
  }

  private void roll(long nowNanos) {
    clockNanos = Math.max(clockNanos, nowNanos);
    long millis = wall.millis(clockNanos);
    if (millis >= endsAtMillis) {
      open.begin(clockNanos);
      endsAtMillis = rule.endMillis(wall.latestMillis(clockNanos));
    }
  }
}
