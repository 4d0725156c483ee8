package io.sluice.engine.sim;

import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.admission.Purge;
import io.sluice.engine.device.Device;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.rate.CalendarUnit;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import io.sluice.engine.store.memory.MemorySettings;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The limits, bounds and asks of one run, drawn from its seed. */
final class World {
  /** The limit whose one holder writes to a guarded resource; nobody changes it. */
  static final String LOCK = "lock";

  private static final long SECOND = 1_000_000_000L;
  private static final String[] RESOURCES = {
    LOCK,
    "jobs/a",
    "jobs/b",
    "seats",
    "api/chat",
    "api/embed",
    "slow",
    "gpu",
    "gpu",
    "metered",
    "free"
  };
  private static final String[] PATTERNS = {"jobs/*", "api/**", "gpu", "seats", "**"};
  private static final int CLIENT_IDS = 5;

  private final SplittableRandom random;
  private final int tenants;
  private final List<Limit> optional = new ArrayList<>();
  private final Policy.Devices pool;
  private long epochMillis = 1_700_000_000_000L;

  World(SplittableRandom random) {
    this.random = random;
    this.tenants = 2 + random.nextInt(7);
    this.pool = devices();
  }

  /** Returns the id of one of the clients; several processes share it. */
  static String clientId(int number) {
    return "client-" + number % CLIENT_IDS;
  }

  List<Limit> limits() {
    List<Limit> limits = new ArrayList<>();
    limits.add(Limit.of(LOCK, LOCK, new Policy.Concurrency(1, terms())));
    add(limits, Limit.of("jobs", "jobs/*", concurrency(6)));
    add(limits, keyed(Limit.of("seats", "seats", concurrency(4))));
    add(limits, Limit.of("api", "api/**", rate(50, SECOND, 20)));
    add(limits, keyed(Limit.of("chat", "api/chat", rate(5, SECOND, 6))));
    add(limits, Limit.of("slow", "slow", rate(3, (10 + random.nextInt(50)) * SECOND, 3)));
    add(limits, Limit.of("gpu", "gpu", random.nextInt(3) == 0 ? slots() : pool));
    add(limits, Limit.of("quota", "metered", window()));
    add(limits, Limit.of("all", "**", concurrency(30)));
    optional.addAll(limits.subList(1, limits.size()));
    return limits;
  }

  EngineSettings settings() {
    return new EngineSettings(
        random.nextInt(3) == 0, 20 + random.nextInt(100), 5 + random.nextInt(40));
  }

  MemorySettings memory() {
    return new MemorySettings(
        1 + random.nextLong(1_000_000),
        random.nextInt(4) == 0 ? 4 + random.nextInt(20) : 1_000,
        random.nextInt(3) == 0 ? random.nextInt(20) : 1_000,
        SECOND + random.nextLong(600 * SECOND));
  }

  /** Returns another policy for a limit, larger or smaller; null to leave it as it is. */
  Policy changed(Limit limit) {
    if (limit.name().equals(LOCK)) {
      return null;
    }
    Policy policy = limit.policy();
    if (policy instanceof Policy.Concurrency concurrency) {
      return new Policy.Concurrency(1 + random.nextInt(8), concurrency.terms());
    }
    if (policy instanceof Policy.Slots slots) {
      return new Policy.Slots(1 + random.nextInt(5), slots.terms());
    }
    if (policy instanceof Policy.Devices devices) {
      return new Policy.Devices(
          devices.pool(), devices.devices(), placement(), 1 + random.nextInt(4), devices.terms());
    }
    if (policy instanceof Policy.Window window) {
      return new Policy.Window(1 + random.nextInt(20), window.rule());
    }
    long period = ((Policy.Rate) policy).scale().periodNanos();
    return rate(1 + random.nextInt(60), random.nextInt(3) == 0 ? 2 * period : period, 20);
  }

  /** Returns an equal acquire; each that arrives is an object of its own. */
  static Acquire copy(Acquire sent) {
    return new Acquire(
        sent.requestId(),
        sent.demands(),
        sent.maxWaitNanos(),
        sent.ttlNanos(),
        sent.priority(),
        sent.clientId(),
        sent.labels(),
        sent.wantLease(),
        sent.dedup(),
        sent.parent(),
        sent.workDeadlineNanos(),
        sent.expectedHoldNanos());
  }

  /** Returns another acquire for the same work, which joins it. */
  Acquire again(Acquire first, String requestId) {
    Dedup dedup = first.dedup();
    return Acquire.builder(first.demands())
        .clientId(first.clientId())
        .requestId(requestId)
        .maxWaitNanos(first.maxWaitNanos())
        .wantLease(first.wantLease())
        .labels(first.labels())
        .dedup(new Dedup(dedup.key(), dedup.scope(), dedup.ttlNanos(), Dedup.OnConflict.JOIN))
        .build();
  }

  /** Returns one of the limits that may go: as it was at first, of another kind, or elsewhere. */
  Limit limit() {
    Limit limit = optional.get(random.nextInt(optional.size()));
    if (limit.policy() instanceof Policy.Devices || random.nextBoolean()) {
      return limit;
    }
    return switch (random.nextInt(3)) {
      case 0 -> limit.withPolicy(concurrency(6));
      case 1 -> limit.withPolicy(rate(30, SECOND, 10));
      default ->
          limit.key().isEmpty() ? limit.withKey("tenant") : limit.withQueue(queue(limit.queue()));
    };
  }

  /** Returns the name of a limit that is spent. */
  String spent() {
    List<Limit> spent = optional.stream().filter(limit -> limit.policy().terms() == null).toList();
    return spent.isEmpty() ? "none" : spent.get(random.nextInt(spent.size())).name();
  }

  ResourcePattern pattern() {
    return ResourcePattern.parse(PATTERNS[random.nextInt(PATTERNS.length)]);
  }

  Purge purge() {
    boolean waiters = random.nextBoolean();
    boolean byClient = random.nextBoolean();
    return new Purge(
        byClient ? null : pattern(), "", byClient ? clientId() : "", waiters, !waiters, "");
  }

  String clientId() {
    return clientId(random.nextInt(CLIENT_IDS));
  }

  /** Returns what an inventory finds, from time to time less than there was. */
  List<DeviceReading> readings() {
    boolean all = random.nextBoolean();
    return pool.devices().stream()
        .filter(device -> all || random.nextInt(3) != 0)
        .map(device -> DeviceReading.of(device))
        .toList();
  }

  /** Returns some of the devices, mostly all. */
  List<String> deviceUuids() {
    boolean all = random.nextInt(3) != 0;
    return pool.devices().stream()
        .map(Device::uuid)
        .filter(uuid -> all || random.nextBoolean())
        .toList();
  }

  /** Returns the time of day, which jumps. */
  long epochMillis(long nowNanos) {
    epochMillis += random.nextLong(-30_000, 60_000);
    return epochMillis + nowNanos / 1_000_000;
  }

  Acquire acquire(String clientId, String requestId, long maxWaitNanos) {
    return acquire(clientId, requestId, maxWaitNanos, null);
  }

  Acquire acquire(String clientId, String requestId, long maxWaitNanos, LeaseId parent) {
    int count = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1;
    String tenant = "t" + random.nextInt(tenants);
    boolean peek = random.nextInt(30) == 0;
    List<Demand> demands = new ArrayList<>(count);
    boolean estimate = !peek && random.nextInt(4) == 0;
    for (int i = 0; i < count; i++) {
      demands.add(demand(tenant, peek, estimate && i == 0));
    }
    Dedup dedup = peek || parent != null || random.nextInt(6) != 0 ? null : dedup();
    return Acquire.builder(demands)
        .clientId(clientId)
        .requestId(requestId)
        .maxWaitNanos(maxWaitNanos)
        .ttlNanos(dedup != null || random.nextInt(3) == 0 ? 0 : ttl())
        .priority(random.nextInt(3) == 0 ? random.nextInt(10) : Acquire.DEFAULT_PRIORITY)
        .wantLease(estimate || random.nextInt(3) == 0)
        .dedup(dedup)
        .parent(parent)
        .workDeadlineNanos(random.nextInt(10) == 0 ? 1 + random.nextLong(20 * SECOND) : 0)
        .expectedHoldNanos(random.nextInt(3) == 0 ? 1 + random.nextLong(10 * SECOND) : 0)
        .labels(random.nextInt(10) == 0 ? Map.of("job", tenant) : Map.of())
        .build();
  }

  private long ttl() {
    return SECOND + random.nextLong(30 * SECOND);
  }

  private Dedup dedup() {
    Dedup.Scope scope = Dedup.Scope.values()[random.nextInt(Dedup.Scope.values().length)];
    Dedup.OnConflict onConflict =
        Dedup.OnConflict.values()[random.nextInt(Dedup.OnConflict.values().length)];
    long ttl = scope == Dedup.Scope.TTL ? SECOND + random.nextLong(60 * SECOND) : 0;
    return new Dedup("work-" + random.nextInt(4), scope, ttl, onConflict);
  }

  private Demand demand(String tenant, boolean peek, boolean estimate) {
    String resource = RESOURCES[random.nextInt(RESOURCES.length)];
    long permits = random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 1;
    if (random.nextInt(200) == 0) {
      permits = 1_000;
    }
    DeviceAsk ask = null;
    if (resource.equals("gpu") && !peek && !estimate && random.nextInt(3) != 0) {
      permits = 1;
      ask =
          new DeviceAsk(1 + random.nextInt(2), random.nextInt(14) * 1024L, random.nextInt(5) == 0);
    }
    return new Demand(resource, Map.of("tenant", tenant), peek ? 0 : permits, estimate, ask);
  }

  private void add(List<Limit> limits, Limit limit) {
    if (limits.size() < 2 || random.nextInt(4) != 0) {
      limits.add(limit.withQueue(queue(limit.queue())));
    }
  }

  private QueueRules queue(QueueRules rules) {
    return rules
        .withMax(random.nextBoolean() ? 3 + random.nextInt(20) : rules.max())
        .withMode(random.nextInt(5) == 0 ? QueueMode.INTERACTIVE : QueueMode.BATCH)
        .withAgingNanos(SECOND / 10 + random.nextLong(8 * SECOND))
        .withMaxBypasses(random.nextInt(20))
        .withFairness(fairness());
  }

  private Fairness fairness() {
    return switch (random.nextInt(3)) {
      case 0 -> Fairness.NONE;
      case 1 -> Fairness.BY_CLIENT;
      default -> new Fairness(Fairness.By.ATTRIBUTES, List.of("tenant"), Map.of("t0", 2, "t1", 5));
    };
  }

  private Limit keyed(Limit limit) {
    return limit.withKey("tenant").withMaxKeys(random.nextBoolean() ? 1 + random.nextInt(4) : 100);
  }

  private Policy concurrency(int most) {
    return new Policy.Concurrency(most / 2 + random.nextInt(most), terms());
  }

  private Policy slots() {
    return new Policy.Slots(1 + random.nextInt(4), terms());
  }

  private Policy.Devices devices() {
    List<Device> devices = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      devices.add(new Device("gpu-" + i, i, "fake", (4 + random.nextInt(20)) * 1024L, Map.of()));
    }
    return new Policy.Devices("pool", devices, placement(), 1 + random.nextInt(3), terms());
  }

  private Policy window() {
    WindowRule rule =
        switch (random.nextInt(3)) {
          case 0 -> new WindowRule.Sliding(SECOND + random.nextLong(30 * SECOND));
          case 1 -> new WindowRule.Fixed(SECOND + random.nextLong(30 * SECOND));
          default -> new WindowRule.Calendar(CalendarUnit.MINUTE, ZoneId.of("Asia/Kathmandu"));
        };
    return new Policy.Window(1 + random.nextInt(20), rule);
  }

  private Placement placement() {
    return random.nextBoolean() ? Placement.BINPACK : Placement.SPREAD;
  }

  private Policy rate(int mostPermits, long period, int mostBurst) {
    return new Policy.Rate(
        TokenScale.of(1 + random.nextInt(mostPermits), period, 2 + random.nextInt(mostBurst)));
  }

  private LeaseTerms terms() {
    long ttl = SECOND + random.nextLong(20 * SECOND);
    long ceiling = ttl + random.nextLong(20 * SECOND);
    long hold = random.nextBoolean() ? Long.MAX_VALUE : ttl + random.nextLong(120 * SECOND);
    return new LeaseTerms(ttl, ceiling, hold)
        .withLockDelayNanos(random.nextInt(3) == 0 ? random.nextLong(8 * SECOND) : 0)
        .withDisconnectGraceNanos(
            random.nextInt(3) == 0 ? random.nextLong(5 * SECOND) : LeaseTerms.KEEP);
  }
}
