package io.sluice.server.grpc;

import io.sluice.engine.limit.Policy;
import io.sluice.engine.rate.WindowRule;
import io.sluice.proto.v1.RatePolicy;
import java.util.Locale;

/** Writes how much a limit lets through in a time. */
final class RatePolicies {
  private RatePolicies() {}

  static RatePolicy bucket(Policy.Rate rate) {
    return RatePolicy.newBuilder()
        .setPermits(rate.scale().permits())
        .setPer(Durations.of(rate.scale().periodNanos()))
        .setBurst(rate.scale().burst())
        .setAllowDebt(rate.allowDebt())
        .setCarryOver(word(rate.carryOver()))
        .build();
  }

  static RatePolicy window(Policy.Window window) {
    RatePolicy.Builder wire =
        RatePolicy.newBuilder().setPermits(window.permits()).setBurst(window.permits());
    if (window.rule() instanceof WindowRule.Calendar calendar) {
      return wire.setWindow("calendar")
          .setCalendarUnit(word(calendar.unit()))
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

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
