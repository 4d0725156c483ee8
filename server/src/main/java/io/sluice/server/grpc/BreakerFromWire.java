package io.sluice.server.grpc;

import com.google.protobuf.Duration;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.proto.v1.BreakerPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Reads when a limit lets nothing start. What is left out has the default that it has in the
 * configuration; what is out of bounds is refused by the rules themselves.
 */
final class BreakerFromWire {
  private static final String NANOSECONDS = " nanoseconds";
  private static final BreakerPolicy DISABLED =
      BreakerPolicy.newBuilder().setDisabled(true).build();

  private BreakerFromWire() {}

  /** Reads a breaker, null = none; fields in errors begin with {@code breaker}. */
  static @Nullable BreakerRules read(BreakerPolicy wire) {
    if (wire.getDisabled() && !wire.equals(DISABLED)) {
      throw new InvalidArgumentException(
          "breaker.disabled", "must not be there with rules of a breaker");
    }
    if (wire.hasSlowCall() && wire.getSlowPercent() == 0) {
      throw new InvalidArgumentException(
          "breaker.slow_call", "must not be there without a slow_percent above 0");
    }
    try {
      return wire.getDisabled() ? null : rules(wire);
    } catch (InvalidArgumentException e) {
      throw asWritten(e);
    }
  }

  private static BreakerRules rules(BreakerPolicy wire) {
    BreakerRules standard = BreakerRules.DEFAULT;
    long openNanos = wire.hasOpen() ? nanos("open", wire.getOpen()) : standard.openNanos();
    return new BreakerRules(
        wire.hasWindow() ? nanos("window", wire.getWindow()) : standard.windowNanos(),
        wire.hasMinCalls() ? wire.getMinCalls() : standard.minCalls(),
        wire.hasFailurePercent() ? wire.getFailurePercent() : standard.failurePercent(),
        wire.getSlowPercent(),
        wire.hasSlowCall() ? nanos("slow_call", wire.getSlowCall()) : standard.slowNanos(),
        openNanos,
        wire.hasMaxOpen()
            ? nanos("max_open", wire.getMaxOpen())
            : Math.max(openNanos, standard.maxOpenNanos()),
        wire.hasProbes() ? wire.getProbes() : standard.probes(),
        wire.hasProbeTtl() ? nanos("probe_ttl", wire.getProbeTtl()) : standard.probeTtlNanos(),
        wire.getConsecutiveFailures());
  }

  /** Says of the field that was written what the rules say of theirs. */
  private static InvalidArgumentException asWritten(InvalidArgumentException e) {
    return e.field().endsWith(NANOSECONDS)
        ? new InvalidArgumentException(
            e.field().substring(0, e.field().length() - NANOSECONDS.length()),
            e.problem() + ", in nanoseconds")
        : e;
  }

  private static long nanos(String field, Duration duration) {
    return Durations.nanos("breaker." + field, duration, BreakerRules.MAX_NANOS);
  }
}
