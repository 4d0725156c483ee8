package io.sluice.server.config;

import java.time.DateTimeException;
import java.time.ZoneId;

/** Time zones by their IANA name or offset. */
final class ZoneText {
  private static final String WHAT = "a time zone such as Europe/Berlin, +05:45 or UTC";

  private ZoneText() {}

  /** Any zone that is known. */
  static Type<ZoneId> type() {
    return Type.scalar(
        "time zone",
        "",
        WHAT,
        text -> {
          try {
            return ZoneId.of(text);
          } catch (DateTimeException e) {
            throw new InvalidValue("must be " + WHAT + " but was " + Quoted.of(text));
          }
        });
  }
}
