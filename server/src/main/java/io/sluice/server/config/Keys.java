package io.sluice.server.config;

import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitMode;
import io.sluice.engine.limit.OnLoss;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.RateWindow;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.stats.TopKeys;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Every key of the configuration. The reference page has one row for each, and a test says so. */
final class Keys {
  /** What {@code max: cores} is read as. */
  static final long CORES = 0;

  /** Longest path of a Unix socket that the kernel takes, in bytes. */
  private static final int MAX_PATH_BYTES = 4096;

  private static final int MAX_SOCKET_PATH_BYTES = 107;

  private static final long MAX_LEASE_NANOS = Bounds.MAX_TTL_NANOS;
  private static final Type<String> NAME = Text.of(1, Bounds.MAX_ID_BYTES);
  private static final Type<Long> PERMITS = WholeNumber.in(1, Bounds.MAX_PERMITS);
  private static final Type<Long> RATE = WholeNumber.in(0, Bounds.MAX_PERMITS);
  private static final Type<Long> TTL = DurationText.in(Bounds.MIN_TTL_NANOS, MAX_LEASE_NANOS);
  private static final Type<Long> LOCK_DELAY = DurationText.in(0, LeaseTerms.MAX_LOCK_DELAY_NANOS);
  private static final Type<Boolean> RECLAIMED = Choice.between("reclaim", "keep");
  private static final Type<Long> DISCONNECT_GRACE =
      DurationText.in(0, LeaseTerms.MAX_DISCONNECT_GRACE_NANOS);
  private static final Type<Long> ADAPTIVE_PERMITS = Decimal.in(1, Bounds.MAX_PERMITS * 1000);
  private static final Type<Long> BREAKER_TIME =
      DurationText.in(BreakerRules.MIN_NANOS, BreakerRules.MAX_NANOS);
  private static final Type<Integer> ALERT_SHARE = Thousandths.share();
  private static final Type<Long> ALERT_LATENCY =
      DurationText.in(TimeUnit.MILLISECONDS.toNanos(1), Bounds.MAX_LATENCY_NANOS);
  private static final Type<Long> ALERT_FOR = DurationText.in(0, Bounds.MAX_TTL_NANOS);
  private static final Type<Long> HOLD =
      DurationText.orNone(Bounds.MIN_TTL_NANOS, TokenScale.MAX_PERIOD_NANOS);

  static final Key<Optional<String>> PROFILE =
      Key.of("profile", Text.optional(Bounds.MAX_ID_BYTES), "");

  static final Key<HostPort> LISTEN = Key.of("server.listen", HostPort.type(), "127.0.0.1:7400");
  static final Key<Optional<String>> UDS =
      Key.of("server.uds", Text.optional(MAX_SOCKET_PATH_BYTES), "run/sluice.sock");
  static final Key<Optional<HostPort>> ADMIN =
      Key.of("server.admin", HostPort.optional(), "127.0.0.1:7401");
  static final Key<Boolean> INSECURE = Key.of("server.insecure", Choice.flag(), "false");
  static final Key<Long> DRAIN_GRACE =
      Key.of("server.drain_grace", DurationText.in(0, TimeUnit.HOURS.toNanos(1)), "10s");
  static final Key<Integer> MAX_MESSAGE =
      Key.of("server.max_message", SizeText.bytes(1 << 10, 1 << 22), "262144");
  static final Key<Integer> MAX_CONCURRENT_CALLS =
      Key.of("server.max_concurrent_calls", WholeNumber.small(1, 1_000_000), "1024");
  static final Key<Long> RELOAD_INTERVAL =
      Key.of("server.reload_interval", DurationText.in(0, TimeUnit.HOURS.toNanos(1)), "1s");
  static final Key<LogLevel> LOG_LEVEL =
      Key.of("server.log_level", Choice.of(LogLevel.class), "info");
  static final Key<Boolean> UNMATCHED =
      Key.of("server.unmatched", Choice.between("deny", "allow"), "allow");

  static final Key<Integer> TOP_KEYS =
      Key.of("stats.top_keys", WholeNumber.small(0, TopKeys.MAX_KEYS), "10");

  static final Key<Boolean> ALERTS = Key.of("alerts.enabled", Choice.flag(), "true");
  static final Key<Integer> ERROR_RATIO_ABOVE =
      Key.of("alerts.error_ratio.above", ALERT_SHARE, "0.1");
  static final Key<Integer> ERROR_RATIO_CLEAR =
      Key.of("alerts.error_ratio.clear", ALERT_SHARE, "0.08");
  static final Key<Long> ERROR_RATIO_FOR = Key.of("alerts.error_ratio.for", ALERT_FOR, "0s");
  static final Key<Long> MEAN_LATENCY_ABOVE =
      Key.of("alerts.mean_latency.above", ALERT_LATENCY, "10s");
  static final Key<Long> MEAN_LATENCY_CLEAR =
      Key.of("alerts.mean_latency.clear", ALERT_LATENCY, "8s");
  static final Key<Long> MEAN_LATENCY_FOR = Key.of("alerts.mean_latency.for", ALERT_FOR, "0s");
  static final Key<Integer> HEAP_ABOVE = Key.of("alerts.heap.above", ALERT_SHARE, "0.85");
  static final Key<Integer> HEAP_CLEAR = Key.of("alerts.heap.clear", ALERT_SHARE, "0.8");
  static final Key<Long> HEAP_FOR = Key.of("alerts.heap.for", ALERT_FOR, "10s");
  static final Key<Integer> CPU_ABOVE = Key.of("alerts.cpu.above", ALERT_SHARE, "0.8");
  static final Key<Integer> CPU_CLEAR = Key.of("alerts.cpu.clear", ALERT_SHARE, "0.7");
  static final Key<Long> CPU_FOR = Key.of("alerts.cpu.for", ALERT_FOR, "10s");

  static final Key<Integer> MAX_WAITERS =
      Key.of("queue.max_waiters", WholeNumber.small(0, 10_000_000), "100000");
  static final Key<Integer> MAX_WAITERS_PER_CLIENT =
      Key.of("queue.max_waiters_per_client", WholeNumber.small(0, 10_000_000), "10000");

  static final Key<Integer> MAX_LEASES =
      Key.of("leases.max", WholeNumber.small(1, 100_000_000), "1000000");
  static final Key<Integer> HISTORY =
      Key.of("leases.history", WholeNumber.small(0, 10_000_000), "100000");
  static final Key<Long> HISTORY_AGE =
      Key.of("leases.history_age", DurationText.in(0, TimeUnit.DAYS.toNanos(30)), "10m");

  static final Key<Optional<String>> STATE_DIR =
      Key.of("state.dir", Text.optional(MAX_PATH_BYTES), "");
  static final Key<FsyncMode> FSYNC = Key.of("state.fsync", Choice.of(FsyncMode.class), "interval");
  static final Key<Long> FSYNC_INTERVAL =
      Key.of(
          "state.fsync_interval",
          DurationText.in(TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.HOURS.toNanos(1)),
          "1s");
  static final Key<Boolean> TRUST_WALL_CLOCK =
      Key.of("state.trust_wall_clock", Choice.flag(), "false");
  static final Key<Boolean> ACCEPT_DAMAGE = Key.of("state.accept_damage", Choice.flag(), "false");

  static final Key<Optional<String>> REDIS_URL = Key.of("state.redis.url", RedisText.url(), "");
  static final Key<Boolean> REDIS_CLUSTER = Key.of("state.redis.cluster", Choice.flag(), "false");
  static final Key<String> REDIS_GROUP = Key.of("state.redis.group", RedisText.word(), "default");
  static final Key<String> REDIS_PREFIX = Key.of("state.redis.prefix", RedisText.word(), "sluice");
  static final Key<Long> REDIS_TIMEOUT =
      Key.of(
          "state.redis.timeout",
          DurationText.in(TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(100)),
          "100ms");

  static final Key<InventorySource> INVENTORY =
      Key.of("devices.<pool>.inventory", InventoryText.type(), "nvidia-smi");
  static final Key<String> UUID = Key.required("devices.<pool>.inventory[].uuid", NAME, "GPU");
  static final Key<Integer> INDEX =
      new Key<>("devices.<pool>.inventory[].index", WholeNumber.small(0, 1023), "its place", 0);
  static final Key<String> MODEL =
      Key.of("devices.<pool>.inventory[].model", Text.of(0, Bounds.MAX_ID_BYTES), "");
  static final Key<Long> MEMORY_MIB =
      Key.required(
          "devices.<pool>.inventory[].memory_mib",
          SizeText.mib(1, InventoryText.MAX_MEMORY_MIB),
          InventoryText.MAX_MEMORY_MIB);
  static final Key<Map<String, String>> LABELS =
      new Key<>(
          "devices.<pool>.inventory[].labels", Text.map(Bounds.MAX_ATTRIBUTES), "{}", Map.of());
  static final Key<Long> RESERVE_MIB =
      Key.of("devices.<pool>.reserve_mib", SizeText.mib(0, InventoryText.MAX_MEMORY_MIB), "0");

  static final Key<Long> POLL =
      Key.of(
          "devices.<pool>.poll",
          DurationText.in(TimeUnit.SECONDS.toNanos(1), TimeUnit.HOURS.toNanos(1)),
          "10s");

  static final Key<String> LIMIT_NAME = Key.required("limits.<name>.name", NAME, "limit");
  static final Key<ResourcePattern> RESOURCE =
      Key.required("limits.<name>.match.resource", Text.pattern(), ResourcePattern.parse("**"));
  static final Key<Map<String, String>> ATTRIBUTES =
      new Key<>("limits.<name>.match.attributes", Text.map(Bounds.MAX_ATTRIBUTES), "{}", Map.of());
  static final Key<List<String>> KEY =
      new Key<>("limits.<name>.key", Text.names(8), "[]", List.of());
  static final Key<Long> RATE_PERMITS = Key.required("limits.<name>.rate.permits", RATE, 1L);
  static final Key<PeriodText> RATE_PER =
      Key.of(
          "limits.<name>.rate.per",
          PeriodText.in(TokenScale.MIN_PERIOD_NANOS, TokenScale.MAX_PERIOD_NANOS),
          "1s");
  static final Key<Long> RATE_BURST = new Key<>("limits.<name>.rate.burst", RATE, "permits", 1L);
  static final Key<Boolean> ALLOW_DEBT =
      Key.of("limits.<name>.rate.allow_debt", Choice.flag(), "false");
  static final Key<CarryOver> CARRY_OVER =
      Key.of("limits.<name>.rate.carry_over", Choice.of(CarryOver.class), "as_is");
  static final Key<RateWindow> RATE_WINDOW =
      Key.of("limits.<name>.rate.window", Choice.of(RateWindow.class), "none");
  static final Key<ZoneId> RATE_ZONE = Key.of("limits.<name>.rate.zone", ZoneText.type(), "UTC");
  static final Key<Long> CONCURRENCY_MAX =
      Key.required(
          "limits.<name>.concurrency.max",
          WholeNumber.orWord(1, Bounds.MAX_PERMITS, "cores", CORES),
          1L);
  static final Key<Long> CONCURRENCY_TTL = Key.of("limits.<name>.concurrency.ttl", TTL, "30s");
  static final Key<Long> CONCURRENCY_MAX_TTL =
      Key.of("limits.<name>.concurrency.max_ttl", TTL, "24h");
  static final Key<Long> CONCURRENCY_MAX_HOLD =
      Key.of("limits.<name>.concurrency.max_hold", HOLD, "none");
  static final Key<Long> CONCURRENCY_LOCK_DELAY =
      Key.of("limits.<name>.concurrency.lock_delay", LOCK_DELAY, "0s");
  static final Key<Boolean> CONCURRENCY_ON_DISCONNECT =
      Key.of("limits.<name>.concurrency.on_disconnect", RECLAIMED, "keep");
  static final Key<Long> CONCURRENCY_DISCONNECT_GRACE =
      Key.of("limits.<name>.concurrency.disconnect_grace", DISCONNECT_GRACE, "5s");
  static final Key<String> POOL = new Key<>("limits.<name>.devices.pool", NAME, "", "");
  static final Key<Long> SLOTS = new Key<>("limits.<name>.devices.slots", PERMITS, "", 1L);
  static final Key<Placement> PLACEMENT =
      Key.of("limits.<name>.devices.placement", Choice.of(Placement.class), "binpack");
  static final Key<Integer> MAX_SHARERS =
      Key.of("limits.<name>.devices.max_sharers", WholeNumber.small(1, 64), "1");
  static final Key<Long> DEVICES_TTL = Key.of("limits.<name>.devices.ttl", TTL, "30s");
  static final Key<Long> DEVICES_MAX_TTL = Key.of("limits.<name>.devices.max_ttl", TTL, "24h");
  static final Key<Long> DEVICES_MAX_HOLD = Key.of("limits.<name>.devices.max_hold", HOLD, "none");
  static final Key<Long> DEVICES_LOCK_DELAY =
      Key.of("limits.<name>.devices.lock_delay", LOCK_DELAY, "0s");
  static final Key<Boolean> DEVICES_ON_DISCONNECT =
      Key.of("limits.<name>.devices.on_disconnect", RECLAIMED, "keep");
  static final Key<Long> DEVICES_DISCONNECT_GRACE =
      Key.of("limits.<name>.devices.disconnect_grace", DISCONNECT_GRACE, "5s");
  static final Key<Integer> QUEUE_MAX =
      Key.of(
          "limits.<name>.queue.max",
          WholeNumber.small(0, 1_000_000),
          String.valueOf(QueueRules.DEFAULT.max()));
  static final Key<QueueMode> QUEUE_MODE =
      Key.of("limits.<name>.queue.mode", Choice.of(QueueMode.class), "batch");
  static final Key<Fairness> FAIRNESS =
      Key.of("limits.<name>.queue.fairness", FairnessText.type(), "client");
  static final Key<Map<String, Integer>> WEIGHTS =
      new Key<>("limits.<name>.queue.weights", FairnessText.weights(), "{}", Map.of());
  static final Key<Long> AGING =
      Key.of("limits.<name>.queue.aging", DurationText.in(1_000_000, Bounds.MAX_TTL_NANOS), "5s");
  static final Key<Integer> MAX_BYPASSES =
      Key.of(
          "limits.<name>.queue.max_bypasses",
          WholeNumber.small(0, 1000),
          String.valueOf(QueueRules.DEFAULT.maxBypasses()));
  static final Key<Long> MAX_PERMITS_PER_REQUEST =
      Key.of("limits.<name>.max_permits_per_request", WholeNumber.in(0, Bounds.MAX_PERMITS), "0");
  static final Key<LimitMode> MODE =
      Key.of("limits.<name>.mode", Choice.of(LimitMode.class), "enforce");
  static final Key<OnLoss> ON_LOSS =
      Key.of("limits.<name>.shared.on_loss", Choice.of(OnLoss.class), "local_share");
  static final Key<Long> SLICE =
      Key.of("limits.<name>.shared.slice", WholeNumber.in(0, Bounds.MAX_PERMITS), "0");
  static final Key<Integer> HEADROOM = Key.of("limits.<name>.headroom", Thousandths.share(), "1");
  static final Key<Integer> MAX_KEYS =
      Key.of(
          "limits.<name>.max_keys",
          WholeNumber.small(1, 10_000_000),
          String.valueOf(Limit.DEFAULT_MAX_KEYS));

  static final Key<Controller> ADAPTIVE_CONTROLLER =
      new Key<>(
          "limits.<name>.adaptive.controller",
          Choice.of(Controller.class),
          "by its kind",
          Controller.FIXED);
  static final Key<Long> ADAPTIVE_MAX =
      new Key<>("limits.<name>.adaptive.max", ADAPTIVE_PERMITS, "as configured", 1L);
  static final Key<Long> ADAPTIVE_MIN =
      new Key<>("limits.<name>.adaptive.min", ADAPTIVE_PERMITS, "by controller", 1L);
  static final Key<Long> ADAPTIVE_INITIAL =
      new Key<>("limits.<name>.adaptive.initial", ADAPTIVE_PERMITS, "by controller", 1L);
  static final Key<Long> ADAPTIVE_BACKOFF =
      new Key<>("limits.<name>.adaptive.backoff", Decimal.in(100, 990), "by controller", 1L);
  static final Key<Long> ADAPTIVE_RECOVERY =
      Key.of(
          "limits.<name>.adaptive.recovery",
          DurationText.in(TimeUnit.SECONDS.toNanos(1), TimeUnit.HOURS.toNanos(1)),
          "10s");
  static final Key<Long> ADAPTIVE_THROTTLED_FACTOR =
      Key.of("limits.<name>.adaptive.throttled_factor", Decimal.in(10, 1000), "0.5");
  static final Key<Long> ADAPTIVE_ERROR_FACTOR =
      Key.of("limits.<name>.adaptive.error_factor", Decimal.in(10, 1000), "0.8");
  static final Key<Long> ADAPTIVE_INCREASE =
      new Key<>(
          "limits.<name>.adaptive.increase",
          Decimal.in(0, Bounds.MAX_PERMITS * 1000),
          "1 % of max",
          1L);
  static final Key<Long> ADAPTIVE_COOLDOWN =
      Key.of(
          "limits.<name>.adaptive.cooldown", DurationText.in(0, TimeUnit.HOURS.toNanos(1)), "1s");
  static final Key<Long> ADAPTIVE_WINDOW =
      Key.of(
          "limits.<name>.adaptive.window",
          DurationText.in(TimeUnit.SECONDS.toNanos(1), TimeUnit.HOURS.toNanos(24)),
          "60s");
  static final Key<Long> ADAPTIVE_RAISE_ABOVE =
      Key.of("limits.<name>.adaptive.raise_above", Decimal.in(0, 1000), "0.95");
  static final Key<Long> ADAPTIVE_RAISE_FACTOR =
      Key.of("limits.<name>.adaptive.raise_factor", Decimal.in(1000, 10_000), "1.1");
  static final Key<Long> ADAPTIVE_LOWER_BELOW =
      Key.of("limits.<name>.adaptive.lower_below", Decimal.in(0, 1000), "0.8");
  static final Key<Long> ADAPTIVE_LOWER_FACTOR =
      Key.of("limits.<name>.adaptive.lower_factor", Decimal.in(10, 1000), "0.9");
  static final Key<Long> ADAPTIVE_TIMEOUT =
      Key.of(
          "limits.<name>.adaptive.timeout",
          DurationText.in(TimeUnit.MILLISECONDS.toNanos(1), Bounds.MAX_LATENCY_NANOS),
          "5s");

  /** What each controller may have some of, beside its name. */
  static final List<Key<?>> ALL_OF_ADAPTIVE =
      List.of(
          ADAPTIVE_MAX,
          ADAPTIVE_MIN,
          ADAPTIVE_INITIAL,
          ADAPTIVE_BACKOFF,
          ADAPTIVE_RECOVERY,
          ADAPTIVE_THROTTLED_FACTOR,
          ADAPTIVE_ERROR_FACTOR,
          ADAPTIVE_INCREASE,
          ADAPTIVE_COOLDOWN,
          ADAPTIVE_WINDOW,
          ADAPTIVE_RAISE_ABOVE,
          ADAPTIVE_RAISE_FACTOR,
          ADAPTIVE_LOWER_BELOW,
          ADAPTIVE_LOWER_FACTOR,
          ADAPTIVE_TIMEOUT);

  static final Key<Long> BREAKER_WINDOW =
      Key.of(
          "limits.<name>.breaker.window",
          DurationText.in(BreakerRules.MIN_WINDOW_NANOS, BreakerRules.MAX_WINDOW_NANOS),
          "10s");
  static final Key<Integer> BREAKER_MIN_CALLS =
      Key.of("limits.<name>.breaker.min_calls", WholeNumber.small(1, BreakerRules.MAX_CALLS), "20");
  static final Key<Integer> BREAKER_FAILURE_PERCENT =
      Key.of("limits.<name>.breaker.failure_percent", WholeNumber.small(1, 100), "50");
  static final Key<Integer> BREAKER_SLOW_PERCENT =
      Key.of("limits.<name>.breaker.slow_percent", WholeNumber.small(0, 100), "0");
  static final Key<Long> BREAKER_SLOW_CALL =
      Key.of("limits.<name>.breaker.slow_call", BREAKER_TIME, "60s");
  static final Key<Integer> BREAKER_CONSECUTIVE_FAILURES =
      Key.of(
          "limits.<name>.breaker.consecutive_failures",
          WholeNumber.small(0, BreakerRules.MAX_CALLS),
          "0");
  static final Key<Long> BREAKER_OPEN = Key.of("limits.<name>.breaker.open", BREAKER_TIME, "5s");
  static final Key<Long> BREAKER_MAX_OPEN =
      Key.of("limits.<name>.breaker.max_open", BREAKER_TIME, "60s");
  static final Key<Integer> BREAKER_PROBES =
      Key.of("limits.<name>.breaker.probes", WholeNumber.small(1, BreakerRules.MAX_PROBES), "10");
  static final Key<Long> BREAKER_PROBE_TTL =
      Key.of("limits.<name>.breaker.probe_ttl", BREAKER_TIME, "30s");

  /** All of them, in the order of the reference page. */
  static final List<Key<?>> ALL =
      List.of(
          PROFILE,
          LISTEN,
          UDS,
          ADMIN,
          INSECURE,
          DRAIN_GRACE,
          MAX_MESSAGE,
          MAX_CONCURRENT_CALLS,
          RELOAD_INTERVAL,
          LOG_LEVEL,
          UNMATCHED,
          MAX_WAITERS,
          MAX_WAITERS_PER_CLIENT,
          MAX_LEASES,
          HISTORY,
          HISTORY_AGE,
          STATE_DIR,
          FSYNC,
          FSYNC_INTERVAL,
          TRUST_WALL_CLOCK,
          ACCEPT_DAMAGE,
          REDIS_URL,
          REDIS_CLUSTER,
          REDIS_GROUP,
          REDIS_PREFIX,
          REDIS_TIMEOUT,
          TOP_KEYS,
          ALERTS,
          ERROR_RATIO_ABOVE,
          ERROR_RATIO_CLEAR,
          ERROR_RATIO_FOR,
          MEAN_LATENCY_ABOVE,
          MEAN_LATENCY_CLEAR,
          MEAN_LATENCY_FOR,
          HEAP_ABOVE,
          HEAP_CLEAR,
          HEAP_FOR,
          CPU_ABOVE,
          CPU_CLEAR,
          CPU_FOR,
          INVENTORY,
          UUID,
          INDEX,
          MODEL,
          MEMORY_MIB,
          LABELS,
          RESERVE_MIB,
          POLL,
          LIMIT_NAME,
          RESOURCE,
          ATTRIBUTES,
          KEY,
          RATE_PERMITS,
          RATE_PER,
          RATE_BURST,
          ALLOW_DEBT,
          CARRY_OVER,
          RATE_WINDOW,
          RATE_ZONE,
          CONCURRENCY_MAX,
          CONCURRENCY_TTL,
          CONCURRENCY_MAX_TTL,
          CONCURRENCY_MAX_HOLD,
          CONCURRENCY_LOCK_DELAY,
          CONCURRENCY_ON_DISCONNECT,
          CONCURRENCY_DISCONNECT_GRACE,
          POOL,
          SLOTS,
          PLACEMENT,
          MAX_SHARERS,
          DEVICES_TTL,
          DEVICES_MAX_TTL,
          DEVICES_MAX_HOLD,
          DEVICES_LOCK_DELAY,
          DEVICES_ON_DISCONNECT,
          DEVICES_DISCONNECT_GRACE,
          QUEUE_MAX,
          QUEUE_MODE,
          FAIRNESS,
          WEIGHTS,
          AGING,
          MAX_BYPASSES,
          MAX_PERMITS_PER_REQUEST,
          MODE,
          HEADROOM,
          MAX_KEYS,
          ON_LOSS,
          SLICE,
          ADAPTIVE_CONTROLLER,
          ADAPTIVE_MAX,
          ADAPTIVE_MIN,
          ADAPTIVE_INITIAL,
          ADAPTIVE_BACKOFF,
          ADAPTIVE_RECOVERY,
          ADAPTIVE_THROTTLED_FACTOR,
          ADAPTIVE_ERROR_FACTOR,
          ADAPTIVE_INCREASE,
          ADAPTIVE_COOLDOWN,
          ADAPTIVE_WINDOW,
          ADAPTIVE_RAISE_ABOVE,
          ADAPTIVE_RAISE_FACTOR,
          ADAPTIVE_LOWER_BELOW,
          ADAPTIVE_LOWER_FACTOR,
          ADAPTIVE_TIMEOUT,
          BREAKER_WINDOW,
          BREAKER_MIN_CALLS,
          BREAKER_FAILURE_PERCENT,
          BREAKER_SLOW_PERCENT,
          BREAKER_SLOW_CALL,
          BREAKER_CONSECUTIVE_FAILURES,
          BREAKER_OPEN,
          BREAKER_MAX_OPEN,
          BREAKER_PROBES,
          BREAKER_PROBE_TTL);

  private Keys() {}
}
