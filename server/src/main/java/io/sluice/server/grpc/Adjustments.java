package io.sluice.server.grpc;

import com.google.protobuf.Timestamp;
import io.sluice.engine.learning.Adjusted;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.proto.v1.AdjustRateRequest;
import io.sluice.proto.v1.AdjustRateResponse;
import io.sluice.proto.v1.Adjustment;
import io.sluice.proto.v1.ListAdjustmentsRequest;
import io.sluice.proto.v1.ListAdjustmentsResponse;
import io.sluice.server.driver.EngineDriver;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of AdminService that multiply what limits have found, and tell who did so: a request
 * in, a response out, or an {@link InvalidArgumentException} or a status. Remembers the last
 * {@value #MAX_REMEMBERED}. Thread-safe.
 */
final class Adjustments {
  static final int MAX_REMEMBERED = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Adjustments.class);

  private final EngineDriver driver;
  private final InstantSource wallClock;
  private final Deque<Adjustment> latestFirst = new ArrayDeque<>(); // guarded by this

  Adjustments(EngineDriver driver, InstantSource wallClock) {
    this.driver = driver;
    this.wallClock = wallClock;
  }

  /**
   * Multiplies what a limit has found.
   *
   * @param peer from where the call came
   */
  AdjustRateResponse adjust(AdjustRateRequest request, String peer) {
    Bounds.requireText("reason", request.getReason(), 0, Bounds.MAX_MESSAGE_BYTES);
    Bounds.requireText("client_id", request.getClientId(), 0, Bounds.MAX_ID_BYTES);
    String name = request.getLimit();
    if (driver.ask(engine -> engine.limit(name) == null)) {
      throw Statuses.notFound("limit", name);
    }
    Adjusted adjusted =
        driver
            .ask(
                engine ->
                    Optional.ofNullable(
                        engine.adjust(name, request.getFactor(), driver.nowNanos())))
            .orElseThrow(
                () ->
                    new InvalidArgumentException(
                        "limit",
                        "must be adaptive to be adjusted, but " + name + " is not; use PutLimit"));
    Instant now = wallClock.instant();
    remember(
        Adjustment.newBuilder()
            .setLimit(name)
            .setFactor(request.getFactor())
            .setReason(request.getReason())
            .setBy(request.getClientId().isEmpty() ? peer : request.getClientId())
            .setAt(Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()))
            .setFrom(adjusted.from())
            .setTo(adjusted.to())
            .build());
    return AdjustRateResponse.newBuilder().setValue(adjusted.to()).setFrom(adjusted.from()).build();
  }

  private void remember(Adjustment adjustment) {
    LOG.info(
        "Limit {} was multiplied by {} by {}: {}; it was {} and is {} now",
        adjustment.getLimit(),
        adjustment.getFactor(),
        adjustment.getBy().isEmpty() ? "somebody" : adjustment.getBy(),
        adjustment.getReason().isEmpty() ? "no reason given" : adjustment.getReason(),
        adjustment.getFrom(),
        adjustment.getTo());
    synchronized (this) {
      if (latestFirst.size() == MAX_REMEMBERED) {
        latestFirst.removeLast();
      }
      latestFirst.addFirst(adjustment);
    }
  }

  synchronized ListAdjustmentsResponse list(ListAdjustmentsRequest request) {
    ListAdjustmentsResponse.Builder listed = ListAdjustmentsResponse.newBuilder();
    for (Adjustment adjustment : latestFirst) {
      if (request.getLimit().isEmpty() || request.getLimit().equals(adjustment.getLimit())) {
        listed.addAdjustments(adjustment);
      }
    }
    return listed.build();
  }
}
