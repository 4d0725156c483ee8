package io.sluice.server.grpc;

import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.rate.CalendarUnit;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.RateField;
import io.sluice.engine.rate.RateWindow;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import io.sluice.proto.v1.RatePolicy;
import java.time.DateTimeException;
import java.time.ZoneId;

/** Reads and writes how much a limit lets through in a time. */
final class RatePolicies {
  private static final long DEFAULT_PER_NANOS = 1_000_000_000L;

  private RatePolicies() {}

  static RatePolicy bucket(Policy.Rate rate) {
    return RatePolicy.newBuilder()
        .setPermits(rate.scale().permits())
        .setPer(Durations.of(rate.scale().periodNanos()))
        .setBurst(rate.scale().burst())
        .setAllowDebt(rate.allowDebt())
        .setCarryOver(Words.of(rate.carryOver()))
        .build();
  }

  static RatePolicy window(Policy.Window window) {
    RatePolicy.Builder wire =
        RatePolicy.newBuilder().setPermits(window.permits()).setBurst(window.permits());
    if (window.rule() instanceof WindowRule.Calendar calendar) {
      return wire.setWindow("calendar")
          .setCalendarUnit(Words.of(calendar.unit()))
          .setZone(calendar.zone().getId())
          .build();
    }
    return wire.setWindow(window.rule() instanceof WindowRule.Sliding ? "sliding" : "fixed")
        .setPer(Durations.of(lengthNanos(window.rule())))
        .build();
  }

  /** Returns the length of a window; 0 if the calendar says it. */
  static long lengthNanos(WindowRule rule) {
    if (rule instanceof WindowRule.Sliding sliding) {
      return sliding.lengthNanos();
    }
    return rule instanceof WindowRule.Fixed fixed ? fixed.lengthNanos() : 0;
  }

  /** Reads a policy; what is left out has the default that it has in the configuration. */
  static Policy read(RatePolicy wire) {
    if (!wire.hasPermits()) {
      throw new InvalidArgumentException("rate.permits", "must be there; 0 closes the limit");
    }
    long permits = Bounds.requireRange("rate.permits", wire.getPermits(), 0, Bounds.MAX_PERMITS);
    RateWindow window = windowOf(wire);
    refuseContradictions(wire, window);
    return switch (window) {
      case NONE -> bucket(wire, permits);
      case SLIDING -> new Policy.Window(permits, new WindowRule.Sliding(perNanos(wire)));
      case FIXED -> new Policy.Window(permits, new WindowRule.Fixed(perNanos(wire)));
      case CALENDAR -> new Policy.Window(permits, calendar(wire));
    };
  }

  private static RateWindow windowOf(RatePolicy wire) {
    return switch (wire.getWindow()) {
      case "" -> RateWindow.NONE;
      case "sliding" -> RateWindow.SLIDING;
      case "fixed" -> RateWindow.FIXED;
      case "calendar" -> RateWindow.CALENDAR;
      default ->
          throw new InvalidArgumentException(
              "rate.window", "must be one of sliding, fixed, calendar but was " + wire.getWindow());
    };
  }

  /** Refuses what would change nothing, but not what {@link #window} writes. */
  private static void refuseContradictions(RatePolicy wire, RateWindow window) {
    for (RateField field : RateField.values()) {
      String refusal = field.refusal(window);
      String value = value(wire, field);
      if (refusal != null && !value.isEmpty()) {
        throw new InvalidArgumentException(
            "rate." + Words.of(field), refusal + ", but was " + value);
      }
    }
    if (window == RateWindow.CALENDAR && wire.hasPer()) {
      throw new InvalidArgumentException(
          "rate.per", "must not be there with window: calendar, which has a calendar_unit");
    }
    if (window != RateWindow.CALENDAR && !wire.getCalendarUnit().isEmpty()) {
      throw new InvalidArgumentException(
          "rate.calendar_unit",
          "must not be there without window: calendar, but was " + wire.getCalendarUnit());
    }
  }

  /** Returns what is said in a field; empty = nothing. */
  private static String value(RatePolicy wire, RateField field) {
    return switch (field) {
      case BURST ->
          wire.getBurst() == 0 || wire.getBurst() == wire.getPermits() ? "" : wire.getBurst() + "";
      case ALLOW_DEBT -> wire.getAllowDebt() ? "true" : "";
      case CARRY_OVER -> wire.getCarryOver();
      case ZONE -> wire.getZone();
    };
  }

  private static Policy bucket(RatePolicy wire, long permits) {
    long burst = wire.getBurst() == 0 ? permits : wire.getBurst();
    return new Policy.Rate(
        TokenScale.of(permits, perNanos(wire), burst),
        wire.getAllowDebt(),
        wire.getCarryOver().isEmpty()
            ? CarryOver.AS_IS
            : Words.read("rate.carry_over", wire.getCarryOver(), CarryOver.class));
  }

  private static WindowRule calendar(RatePolicy wire) {
    CalendarUnit unit =
        Words.read("rate.calendar_unit", wire.getCalendarUnit(), CalendarUnit.class);
    try {
      return new WindowRule.Calendar(
          unit, ZoneId.of(wire.getZone().isEmpty() ? "UTC" : wire.getZone()));
    } catch (DateTimeException e) {
      throw new InvalidArgumentException(
          "rate.zone", "must be a time zone such as Europe/Berlin but was " + wire.getZone());
    }
  }

  private static long perNanos(RatePolicy wire) {
    return wire.hasPer()
        ? Durations.nanos("rate.per", wire.getPer(), TokenScale.MAX_PERIOD_NANOS)
        : DEFAULT_PER_NANOS;
  }
}
