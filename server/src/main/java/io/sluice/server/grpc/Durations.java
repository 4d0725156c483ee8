package io.sluice.server.grpc;

import com.google.protobuf.Duration;
import io.sluice.engine.model.InvalidArgumentException;

/** Durations between wire and engine. */
final class Durations {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Durations() {}

  /**
   * Reads a duration.
   *
   * @throws InvalidArgumentException if it is negative, above the bound, or not in the normal form
   *     of google.protobuf.Duration
   */
  static long nanos(String field, Duration duration, long maxNanos) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNanos();
    if (seconds < 0 || nanos < 0) {
      throw new InvalidArgumentException(field, "must not be negative but was " + text(duration));
    }
    if (nanos >= NANOS_PER_SECOND) {
      throw new InvalidArgumentException(
          field + ".nanos", "must be in [0, 999999999] but was " + nanos);
    }
    if (seconds > maxNanos / NANOS_PER_SECOND || seconds * NANOS_PER_SECOND + nanos > maxNanos) {
      throw new InvalidArgumentException(
          field, "must be at most " + text(of(maxNanos)) + " but was " + text(duration));
    }
    return seconds * NANOS_PER_SECOND + nanos;
  }

  static Duration of(long nanos) {
    return Duration.newBuilder()
        .setSeconds(Math.floorDiv(nanos, NANOS_PER_SECOND))
        .setNanos((int) Math.floorMod(nanos, NANOS_PER_SECOND))
        .build();
  }

  private static String text(Duration duration) {
    return duration.getNanos() == 0
        ? duration.getSeconds() + "s"
        : duration.getSeconds() + "s " + duration.getNanos() + "ns";
  }
}
