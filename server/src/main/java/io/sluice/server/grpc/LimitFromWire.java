package io.sluice.server.grpc;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitMode;
import io.sluice.engine.limit.Match;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.rate.TokenScale;
import io.sluice.proto.v1.ConcurrencyPolicy;
import io.sluice.proto.v1.DevicesPolicy;
import io.sluice.proto.v1.LimitKind;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads limits. What is left out has the default that it has in the configuration. */
final class LimitFromWire {
  private final Map<String, List<Device>> pools;

  /**
   * Creates a reader.
   *
   * @param pools the devices of each pool by its name
   */
  LimitFromWire(Map<String, List<Device>> pools) {
    this.pools = pools;
  }

  /** Reads a limit; fields in errors begin with {@code limit}. */
  Limit limit(io.sluice.proto.v1.Limit wire) {
    try {
      Policy policy = policy(wire);
      return new Limit(
              wire.getName(),
              new Match(
                  ResourcePattern.parse("resource_pattern", wire.getResourcePattern()),
                  wire.getAttributesMap()),
              wire.getKeyList(),
              policy,
              mode(wire),
              headroomPermille(wire.getHeadroom()),
              wire.getMaxPermitsPerRequest(),
              queue(wire),
              orDefault(wire.getMaxKeys(), Limit.DEFAULT_MAX_KEYS))
          .withLearning(learning(wire, policy));
    } catch (InvalidArgumentException e) {
      throw e.within("limit");
    }
  }

  /** The same limit with what the wire leaves to the one before: how it is shared, and learns. */
  static Limit keeping(io.sluice.proto.v1.Limit wire, Limit limit, Limit before) {
    Learning was = before.learning().fitting(limit.policy());
    Learning now = limit.learning();
    if (!wire.hasAdaptive()) {
      now = now.withRate(was.rate()).withConcurrency(was.concurrency());
    }
    if (!wire.hasBreaker()) {
      now = now.withBreaker(was.breaker());
    }
    return limit.withSharing(before.sharing()).withLearning(now);
  }

  private static Learning learning(io.sluice.proto.v1.Limit wire, Policy policy) {
    Learning found =
        wire.hasAdaptive() ? AdaptiveFromWire.read(wire.getAdaptive(), policy) : Learning.NONE;
    return wire.hasBreaker() ? found.withBreaker(BreakerFromWire.read(wire.getBreaker())) : found;
  }

  private Policy policy(io.sluice.proto.v1.Limit wire) {
    long kinds =
        Stream.of(wire.hasRate(), wire.hasConcurrency(), wire.hasDevices())
            .filter(there -> there)
            .count();
    if (kinds != 1) {
      throw new InvalidArgumentException(
          "kind", "must be exactly one of rate, concurrency and devices but there were " + kinds);
    }
    Policy policy =
        wire.hasRate()
            ? RatePolicies.read(wire.getRate())
            : wire.hasConcurrency()
                ? concurrency(wire.getConcurrency())
                : devices(wire.getDevices());
    if (wire.getKind() != LimitKind.LIMIT_KIND_UNSPECIFIED
        && wire.getKind() != ToWire.kind(policy.kind())) {
      throw new InvalidArgumentException(
          "kind", "must be that of the policy but was " + wire.getKindValue());
    }
    return policy;
  }

  private static Policy concurrency(ConcurrencyPolicy wire) {
    return new Policy.Concurrency(
        wire.getMax(),
        terms(
                wire.hasTtl() ? nanos("concurrency.ttl", wire.getTtl()) : 0,
                wire.hasMaxTtl() ? nanos("concurrency.max_ttl", wire.getMaxTtl()) : 0,
                wire.hasMaxHold() ? hold("concurrency.max_hold", wire.getMaxHold()) : 0)
            .withLockDelayNanos(lockDelay("concurrency.lock_delay", wire.getLockDelay()))
            .withDisconnectGraceNanos(
                wire.hasDisconnectGrace()
                    ? grace("concurrency.disconnect_grace", wire.getDisconnectGrace())
                    : LeaseTerms.KEEP));
  }

  private Policy devices(DevicesPolicy wire) {
    LeaseTerms terms =
        terms(
                wire.hasTtl() ? nanos("devices.ttl", wire.getTtl()) : 0,
                wire.hasMaxTtl() ? nanos("devices.max_ttl", wire.getMaxTtl()) : 0,
                wire.hasMaxHold() ? hold("devices.max_hold", wire.getMaxHold()) : 0)
            .withLockDelayNanos(lockDelay("devices.lock_delay", wire.getLockDelay()))
            .withDisconnectGraceNanos(
                wire.hasDisconnectGrace()
                    ? grace("devices.disconnect_grace", wire.getDisconnectGrace())
                    : LeaseTerms.KEEP);
    if (wire.getPool().isEmpty()) {
      return new Policy.Slots(wire.getSlots(), terms);
    }
    if (wire.getSlots() != 0) {
      throw new InvalidArgumentException(
          "devices.slots", "must be 0 for a pool but was " + wire.getSlots());
    }
    List<Device> devices = pools.get(wire.getPool());
    if (devices == null) {
      throw new InvalidArgumentException(
          "devices.pool", "must be one of the configuration but was " + wire.getPool());
    }
    return new Policy.Devices(
        wire.getPool(),
        devices,
        word("devices.placement", wire.getPlacement(), Placement.BINPACK),
        orDefault(wire.getMaxSharers(), 1),
        terms);
  }

  private static LimitMode mode(io.sluice.proto.v1.Limit wire) {
    return switch (wire.getMode()) {
      case LIMIT_MODE_UNSPECIFIED, LIMIT_MODE_ENFORCE -> LimitMode.ENFORCE;
      case LIMIT_MODE_SHADOW -> LimitMode.SHADOW;
      case UNRECOGNIZED ->
          throw new InvalidArgumentException(
              "mode", "must be one that is known but was " + wire.getModeValue());
    };
  }

  private static int headroomPermille(double headroom) {
    if (!(headroom >= 0 && headroom <= 1)) { // so is no number
      throw new InvalidArgumentException("headroom", "must be above 0 to 1 but was " + headroom);
    }
    return headroom == 0
        ? Limit.FULL_HEADROOM
        : Math.max(1, (int) Math.round(headroom * Limit.FULL_HEADROOM));
  }

  private static LeaseTerms terms(long ttlNanos, long maxTtlNanos, long maxHoldNanos) {
    LeaseTerms standard = LeaseTerms.DEFAULT;
    return new LeaseTerms(
        ttlNanos == 0 ? standard.ttlNanos() : ttlNanos,
        maxTtlNanos == 0 ? standard.maxTtlNanos() : maxTtlNanos,
        maxHoldNanos == 0 ? standard.maxHoldNanos() : maxHoldNanos);
  }

  private static QueueRules queue(io.sluice.proto.v1.Limit wire) {
    io.sluice.proto.v1.QueueRules rules = wire.getQueue();
    QueueRules standard = QueueRules.DEFAULT;
    return new QueueRules(
        wire.hasQueueMax() ? wire.getQueueMax() : standard.max(),
        word("queue.mode", rules.getMode(), QueueMode.BATCH),
        fairness(rules.getFairnessList()).withWeights(rules.getWeightsMap()),
        rules.hasAging() ? nanos("queue.aging", rules.getAging()) : standard.agingNanos(),
        rules.hasMaxBypasses() ? rules.getMaxBypasses() : standard.maxBypasses());
  }

  private static Fairness fairness(List<String> words) {
    if (words.isEmpty() || words.equals(List.of("client"))) {
      return Fairness.BY_CLIENT;
    }
    return words.equals(List.of("none"))
        ? Fairness.NONE
        : Fairness.by(words.toArray(new String[0]));
  }

  private static long nanos(String field, com.google.protobuf.Duration wire) {
    return Durations.nanos(field, wire, Bounds.MAX_TTL_NANOS);
  }

  private static long hold(String field, com.google.protobuf.Duration wire) {
    return Durations.nanos(field, wire, TokenScale.MAX_PERIOD_NANOS);
  }

  private static long lockDelay(String field, com.google.protobuf.Duration wire) {
    return Durations.nanos(field, wire, LeaseTerms.MAX_LOCK_DELAY_NANOS);
  }

  private static long grace(String field, com.google.protobuf.Duration wire) {
    return Durations.nanos(field, wire, LeaseTerms.MAX_DISCONNECT_GRACE_NANOS);
  }

  private static int orDefault(int value, int standard) {
    return value == 0 ? standard : value;
  }

  private static <E extends Enum<E>> E word(String field, String text, E standard) {
    return text.isEmpty() ? standard : Words.read(field, text, standard.getDeclaringClass());
  }
}
