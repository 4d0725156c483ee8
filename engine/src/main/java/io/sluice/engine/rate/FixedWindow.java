package io.sluice.engine.rate;

import java.util.Arrays;

/**
 * A window of fixed length that begins with the first permit taken after the last one ended.
 *
 * <p>Never more than the limit in one window. Across the end of a window, as with every fixed
 * window, up to twice the limit can pass within one length of time.
 */
public final class FixedWindow implements Window {
  private final OpenWindow open;
  private WindowRule.Fixed rule;
  private long beganAtNanos;
  private long clockNanos;
  private boolean isOpen;

  FixedWindow(long permits, WindowRule.Fixed rule, long nowNanos) {
    open = new OpenWindow(permits);
    this.rule = rule;
    clockNanos = nowNanos;
  }

  @Override
  public void change(long newPermits, WindowRule newRule, long nowNanos) {
    roll(nowNanos);
    open.permits(newPermits);
    rule = (WindowRule.Fixed) newRule;
    roll(nowNanos);
  }

  @Override
  public long remaining(long nowNanos) {
    roll(nowNanos);
    return open.remaining();
  }

  @Override
  public void take(long permits) {
    begin(clockNanos);
    open.take(permits, clockNanos);
  }

  @Override
  public long debit(long permits, long nowNanos) {
    begin(nowNanos);
    return open.debit(permits, clockNanos);
  }

  @Override
  public void giveBack(long permits, long takenAtNanos, long nowNanos) {
    roll(nowNanos);
    if (isOpen) {
      open.giveBack(permits, takenAtNanos);
    }
  }

  @Override
  public long waitNanos(long permits, long nowNanos) {
    roll(nowNanos);
    long windows = open.windowsUntil(permits);
    if (windows == 0) {
      return 0;
    }
    long end = isOpen ? endsInNanos() + (clockNanos - nowNanos) : rule.lengthNanos();
    return plus(end, windows - 1, rule.lengthNanos());
  }

  @Override
  public long emptyInNanos(long nowNanos) {
    roll(nowNanos);
    return isOpen ? endsInNanos() : 0;
  }

  @Override
  public int nextCrossing() {
    return open.nextCrossing();
  }

  @Override
  public long[] save() {
    long[] inside = open.save();
    return new long[] {
      isOpen ? 1 : 0, beganAtNanos, clockNanos, inside[0], inside[1], inside[2], inside[3]
    };
  }

  @Override
  public boolean load(long[] saved) {
    if (saved.length != 7) {
      return false;
    }
    isOpen = saved[0] != 0;
    beganAtNanos = saved[1];
    clockNanos = Math.max(clockNanos, saved[2]);
    open.load(Arrays.copyOfRange(saved, 3, 7));
    return true;
  }

  /** Adds some lengths to a time, saturated. */
  static long plus(long nanos, long lengths, long lengthNanos) {
    return lengths > (Long.MAX_VALUE - nanos) / lengthNanos
        ? Long.MAX_VALUE
        : nanos + lengths * lengthNanos;
  }

  private long endsInNanos() {
    return rule.lengthNanos() - (clockNanos - beganAtNanos);
  }

  private void begin(long nowNanos) {
    roll(nowNanos);
    if (!isOpen) {
      isOpen = true;
      beganAtNanos = clockNanos;
      open.begin(clockNanos);
    }
  }

  private void roll(long nowNanos) {
    clockNanos = Math.max(clockNanos, nowNanos);
    long elapsed = clockNanos - beganAtNanos;
    if (isOpen && (elapsed >= rule.lengthNanos() || elapsed < 0)) { // below 0: 292 years
      isOpen = false;
      open.begin(clockNanos);
    }
  }
}
