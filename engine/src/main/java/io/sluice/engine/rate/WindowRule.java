package io.sluice.engine.rate;

import io.sluice.engine.model.Bounds;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

/** Where the windows of a limit begin and end. */
public sealed interface WindowRule {
  /** Returns how long a window usually is. */
  long usualNanos();

  /** Opens a window in which nothing was taken. */
  Window open(long permits, WallClock wall, long nowNanos);

  /**
   * Any stretch of a length.
   *
   * @param lengthNanos the length, 1 ms..36500 d
   */
  record Sliding(long lengthNanos) implements WindowRule {
    /** Checks the bounds. */
    public Sliding {
      requireLength(lengthNanos);
    }

    @Override
    public long usualNanos() {
      return lengthNanos;
    }

    @Override
    public Window open(long permits, WallClock wall, long nowNanos) {
      return new SlidingWindow(permits, this, nowNanos);
    }
  }

  /**
   * A length that begins with the first permit taken after the last one ended.
   *
   * @param lengthNanos the length, 1 ms..36500 d
   */
  record Fixed(long lengthNanos) implements WindowRule {
    /** Checks the bounds. */
    public Fixed {
      requireLength(lengthNanos);
    }

    @Override
    public long usualNanos() {
      return lengthNanos;
    }

    @Override
    public Window open(long permits, WallClock wall, long nowNanos) {
      return new FixedWindow(permits, this, nowNanos);
    }
  }

  /**
   * Minutes, hours, days, weeks or months as the clocks and calendars of a time zone show them. A
   * day has 23 or 25 hours where the zone changes its offset in it.
   *
   * @param unit the length
   * @param zone whose midnight
   */
  record Calendar(CalendarUnit unit, ZoneId zone) implements WindowRule {
    @Override
    public long usualNanos() {
      return unit.usualNanos();
    }

    @Override
    public Window open(long permits, WallClock wall, long nowNanos) {
      return new CalendarWindow(permits, this, wall, nowNanos);
    }

    /** Returns when the window ends that a time is in; later than that time. */
    public long endMillis(long epochMillis) {
      LocalDate date = Instant.ofEpochMilli(epochMillis).atZone(zone).toLocalDate();
      return switch (unit) {
        case MINUTE -> endOfPart(epochMillis, 60_000);
        case HOUR -> endOfPart(epochMillis, 3_600_000);
        case DAY -> startMillis(date.plusDays(1));
        case WEEK -> startMillis(date.with(TemporalAdjusters.next(DayOfWeek.MONDAY)));
        case MONTH -> startMillis(date.with(TemporalAdjusters.firstDayOfNextMonth()));
      };
    }

    private long startMillis(LocalDate date) {
      return date.atStartOfDay(zone).toInstant().toEpochMilli();
    }

    /** The end of a part of an hour; a change of the offset within it ends it, too. */
    private long endOfPart(long epochMillis, long lengthMillis) {
      ZoneRules rules = zone.getRules();
      Instant instant = Instant.ofEpochMilli(epochMillis);
      long offset = rules.getOffset(instant).getTotalSeconds() * 1000L;
      long end = epochMillis + lengthMillis - Math.floorMod(epochMillis + offset, lengthMillis);
      ZoneOffsetTransition change = rules.nextTransition(instant);
      return change == null ? end : Math.min(end, change.getInstant().toEpochMilli());
    }
  }

  private static void requireLength(long lengthNanos) {
    Bounds.requireRange(
        "rate.per nanoseconds",
        lengthNanos,
        TokenScale.MIN_PERIOD_NANOS,
        TokenScale.MAX_PERIOD_NANOS);
  }
}
