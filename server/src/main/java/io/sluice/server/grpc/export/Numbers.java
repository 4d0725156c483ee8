package io.sluice.server.grpc.export;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.math.BigDecimal;
import java.time.Instant;

/** How values are written, in all formats alike: in full, without exponents. */
final class Numbers {
  private static final int NANO_DIGITS = 9;

  private Numbers() {}

  /** Writes a value of a field: a number, a truth value, a duration in seconds, a text. */
  static String text(Object value) {
    if (value instanceof Double number) {
      return plain(BigDecimal.valueOf(number));
    }
    if (value instanceof Duration duration) {
      return plain(
          BigDecimal.valueOf(duration.getSeconds())
              .add(BigDecimal.valueOf(duration.getNanos(), NANO_DIGITS)));
    }
    if (value instanceof Timestamp time) {
      return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
    }
    return value.toString();
  }

  /** Returns whether a value is one that can be added up and compared. */
  static boolean isNumber(Object value) {
    return value instanceof Number || value instanceof Duration || value instanceof Boolean;
  }

  private static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
