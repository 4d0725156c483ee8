package io.sluice.server.config;

import io.sluice.engine.rate.CalendarUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The period of a rate as text: a duration, a week or a month.
 *
 * @param nanos its length; {@link #MONTH}, which has no length of its own
 * @param text as written
 */
record PeriodText(long nanos, String text) {
  /** Stands for a month. */
  static final long MONTH = 0;

  private static final String WHAT = DurationText.WHAT + ", or 1w or 1mo,";

  private static final Map<Long, CalendarUnit> UNITS =
      Map.of(
          TimeUnit.MINUTES.toNanos(1),
          CalendarUnit.MINUTE,
          TimeUnit.HOURS.toNanos(1),
          CalendarUnit.HOUR,
          TimeUnit.DAYS.toNanos(1),
          CalendarUnit.DAY,
          TimeUnit.DAYS.toNanos(7),
          CalendarUnit.WEEK,
          MONTH,
          CalendarUnit.MONTH);

  /** Durations in a closed range, a week and a month. */
  static Type<PeriodText> in(long minNanos, long maxNanos) {
    return Type.scalar(
        "duration, `1w` or `1mo`",
        DurationText.format(minNanos) + ".." + DurationText.format(maxNanos),
        WHAT,
        text ->
            switch (text) {
              case "1w" -> new PeriodText(TimeUnit.DAYS.toNanos(7), text);
              case "1mo" -> new PeriodText(MONTH, text);
              default -> new PeriodText(DurationText.parse(text, WHAT, minNanos, maxNanos), text);
            });
  }

  /** Returns the unit of the calendar that it is; null if it is none. */
  @Nullable CalendarUnit unit() {
    return UNITS.get(nanos);
  }
}
