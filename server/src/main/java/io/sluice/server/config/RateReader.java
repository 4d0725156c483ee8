package io.sluice.server.config;

import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.rate.CalendarUnit;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.RateField;
import io.sluice.engine.rate.RateWindow;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Reads how much a limit lets through in a time. */
final class RateReader {
  private final Section rate;

  private RateReader(Section rate) {
    this.rate = rate;
  }

  /** Reads the section of a rate; null if anything is wrong with it. */
  static @Nullable Policy read(Section rate) {
    return new RateReader(rate).read();
  }

  private @Nullable Policy read() {
    int problemsBefore = rate.problemCount();
    long permits = rate.get(Keys.RATE_PERMITS);
    PeriodText per = rate.get(Keys.RATE_PER);
    long burst = rate.get(Keys.RATE_BURST, permits, String.valueOf(permits));
    boolean allowDebt = rate.get(Keys.ALLOW_DEBT);
    CarryOver carryOver = rate.get(Keys.CARRY_OVER);
    RateWindow window = rate.get(Keys.RATE_WINDOW);
    ZoneId zone = rate.get(Keys.RATE_ZONE);
    refuseContradictions(per, window);
    refuseZeroes(permits, burst, window);
    if (rate.problemCount() > problemsBefore) {
      return null;
    }
    try {
      return switch (window) {
        case NONE ->
            new Policy.Rate(TokenScale.of(permits, per.nanos(), burst), allowDebt, carryOver);
        case SLIDING -> new Policy.Window(permits, new WindowRule.Sliding(per.nanos()));
        case FIXED -> new Policy.Window(permits, new WindowRule.Fixed(per.nanos()));
        case CALENDAR -> calendar(permits, per.unit(), zone);
      };
    } catch (InvalidArgumentException e) {
      rate.problem(Text.withoutField(e));
      return null;
    }
  }

  private static @Nullable Policy calendar(long permits, @Nullable CalendarUnit unit, ZoneId zone) {
    return unit == null ? null : new Policy.Window(permits, new WindowRule.Calendar(unit, zone));
  }

  private void refuseZeroes(long permits, long burst, RateWindow window) {
    boolean zero = permits == 0;
    if (window != RateWindow.NONE) {
      if (zero) {
        rate.problem(Keys.RATE_PERMITS.name(), "must be at least 1 with a window but was 0");
      }
    } else if (zero && burst != 0) {
      rate.problem(
          Keys.RATE_BURST.name(),
          "must be 0 or absent with permits: 0, which closes the limit, but was " + burst);
    } else if (!zero && burst == 0) {
      rate.problem(Keys.RATE_BURST.name(), "must be at least 1 unless permits is 0 but was 0");
    }
  }

  private void refuseContradictions(PeriodText per, RateWindow window) {
    for (RateField field : RateField.values()) {
      String refusal = field.refusal(window);
      String key = keyOf(field).name();
      if (refusal != null && rate.has(key)) {
        rate.problem(key, refusal);
      }
    }
    if (window == RateWindow.CALENDAR && per.unit() == null) {
      rate.problem(
          Keys.RATE_PER.name(),
          "must be 1m, 1h, 1d, 1w or 1mo with window: calendar but was " + per.text());
    }
    if (window != RateWindow.CALENDAR && per.nanos() == PeriodText.MONTH) {
      rate.problem(Keys.RATE_PER.name(), "must not be 1mo without window: calendar");
    }
  }

  private static Key<?> keyOf(RateField field) {
    return switch (field) {
      case BURST -> Keys.RATE_BURST;
      case ALLOW_DEBT -> Keys.ALLOW_DEBT;
      case CARRY_OVER -> Keys.CARRY_OVER;
      case ZONE -> Keys.RATE_ZONE;
    };
  }
}
