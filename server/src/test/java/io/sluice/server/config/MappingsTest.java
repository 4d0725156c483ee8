package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.rate.AimdRules;
import io.sluice.engine.adaptive.rate.GovernorRules;
import io.sluice.engine.adaptive.rate.SuccessRatioRules;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.alert.AlertMetric;
import io.sluice.engine.alert.AlertRule;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.Fairness;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.LimitMode;
import io.sluice.engine.limit.Match;
import io.sluice.engine.limit.OnLoss;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.limit.Sharing;
import io.sluice.engine.rate.CalendarUnit;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WindowRule;
import io.sluice.engine.store.memory.MemorySettings;
import java.io.IOException;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every key of a file in which every key stands arrives where it belongs. */
class MappingsTest {
  private static final Device A = new Device("GPU-a", 3, "H100", 79 * 1024, Map.of("zone", "a"));
  private static final Device B = new Device("GPU-b", 1, "", 23 * 1024);

  private Configuration configuration;

  @BeforeEach
  void load() throws IOException {
    configuration = Load.valid(Load.input(Load.resource("full.yaml")).withProcessors(6));
  }

  @Test
  void ofTheServer() {
    assertThat(configuration.server())
        .isEqualTo(
            new ServerSettings(
                new HostPort("127.0.0.2", 7500),
                "/tmp/sluice.sock",
                new HostPort("localhost", 7501),
                true,
                seconds(90),
                128 * 1024,
                64,
                seconds(7),
                LogLevel.DEBUG));
    assertThat(configuration.state())
        .isEqualTo(new StateSettings("/tmp/state", FsyncMode.ALWAYS, seconds(5), true, true, null));
    assertThat(configuration.statistics())
        .isEqualTo(
            new StatisticsSettings(
                7,
                List.of(
                    new AlertRule(AlertMetric.ERROR_RATIO, 0.2, 0.1, seconds(3)),
                    new AlertRule(AlertMetric.MEAN_LATENCY, 5, 4, seconds(4)),
                    new AlertRule(AlertMetric.HEAP, 0.9, 0.8, seconds(5)),
                    new AlertRule(AlertMetric.CPU, 0.5, 0.5, seconds(10)))));
    assertThat(configuration.engine()).isEqualTo(new EngineSettings(true, 60, 5));
    assertThat(configuration.memory())
        .isEqualTo(new MemorySettings(1, 1000, 100, TimeUnit.DAYS.toNanos(1)));
  }

  @Test
  void ofTheRedisInWhichLimitsAreShared() throws IOException {
    Configuration shared =
        Load.valid(
            Load.input("state: { redis: { cluster: true, group: g, prefix: p, timeout: 50ms } }")
                .withEnvironment(Map.of("REDIS_URL", "redis://me:secret@one:1, redis://two:2")));
    assertThat(shared.state().redis())
        .isEqualTo(
            new RedisStateSettings(
                List.of("redis://me:secret@one:1", "redis://two:2"), true, "g", "p", 50_000_000));
    assertThat(shared.effective().get("state.redis.url").value())
        .as("who logs in is nobody's business")
        .isEqualTo("redis://***@one:1, redis://two:2");
    assertThat(shared.effective().toString()).doesNotContain("secret");
    assertThat(shared.state().toString()).doesNotContain("secret");
  }

  @Test
  void stateIsInOnePlace() throws IOException {
    assertThat(Load.problems("state: { dir: d, redis: { url: redis://one } }"))
        .singleElement()
        .asString()
        .contains("state.dir", "redis.url");
  }

  @Test
  void ofTheDevices() {
    assertThat(configuration.devices())
        .containsExactly(
            entry("gpu", new InventorySource.Static(List.of(A, B))),
            entry("found", new InventorySource.NvidiaSmi(512, seconds(30))));
  }

  @Test
  void ofTheLimits() {
    assertThat(configuration.limits(Map.of("gpu", List.of(A, B))))
        .containsExactly(
            new Limit(
                    "chat",
                    new Match(
                        ResourcePattern.parse("openai/*"), Map.of("tier", "free", "region", "eu")),
                    List.of("tenant", "model"),
                    new Policy.Rate(
                        TokenScale.of(60, seconds(60), 10), true, CarryOver.PROPORTIONAL),
                    LimitMode.SHADOW,
                    805,
                    9,
                    new QueueRules(
                        7,
                        QueueMode.INTERACTIVE,
                        Fairness.by("tenant").withWeights(Map.of("acme", 4)),
                        seconds(2),
                        3),
                    12)
                .withSharing(new Sharing(OnLoss.FAIL_CLOSED, 20))
                .withLearning(
                    Learning.NONE
                        .withRate(
                            new SuccessRatioRules(
                                30.5 / 60, 0.1, 10, seconds(30), 0.9, 1.2, 0.7, 0.8))
                        .withBreaker(
                            new BreakerRules(
                                seconds(20),
                                30,
                                40,
                                60,
                                seconds(3),
                                seconds(6),
                                seconds(90),
                                7,
                                seconds(15),
                                5))),
            Limit.of(
                    "jobs",
                    "pipeline/**",
                    new Policy.Concurrency(
                        6,
                        new LeaseTerms(
                            seconds(9), seconds(3600), seconds(7200), seconds(3), seconds(4))))
                .withLearning(
                    Learning.NONE.withConcurrency(
                        new io.sluice.engine.adaptive.concurrency.AimdRules(
                            3, 2, 9, 0.7, seconds(2)))),
            Limit.of(
                "cards",
                "gpu",
                new Policy.Devices(
                    "gpu",
                    List.of(A, B),
                    Placement.SPREAD,
                    4,
                    new LeaseTerms(seconds(6), seconds(7), seconds(8)))),
            Limit.of("seats", "gpu", new Policy.Slots(3, LeaseTerms.DEFAULT)),
            Limit.of(
                "quota",
                "api",
                new Policy.Window(
                    9_000,
                    new WindowRule.Calendar(CalendarUnit.MONTH, ZoneId.of("Europe/Berlin")))),
            Limit.of("probed", "service", new Policy.Concurrency(8, LeaseTerms.DEFAULT))
                .withLearning(Learning.NONE.withConcurrency(new GradientProbeRules(8, 1, 8))),
            Limit.of(
                    "governed",
                    "provider",
                    new Policy.Rate(TokenScale.of(7200, seconds(3600), 7200)))
                .withLearning(
                    Learning.NONE.withRate(new GovernorRules(2, 0.1, 2, 0.8, seconds(20)))),
            Limit.of("cut", "provider", new Policy.Rate(TokenScale.of(100, seconds(1), 100)))
                .withLearning(
                    Learning.NONE.withRate(
                        new AimdRules(100, 0.1, 100, 0.4, 0.9, 2.5, seconds(3)))));
  }

  @Test
  void aPoolWithoutInventoryHasNoDevices() {
    assertThat(configuration.limits(Map.of())).hasSameSizeAs(configuration.declaredLimits());
    assertThat(configuration.limits(Map.of()).get(2).policy().capacity()).isZero();
  }

  @Test
  void everyKeyIsInForceWithItsSource() throws IOException {
    Set<String> paths = new HashSet<>();
    for (Key<?> key : Keys.ALL) {
      paths.add(key.path());
    }
    // Its value is the name in the path of the others; the list itself is its devices.
    paths.remove("limits.<name>.name");
    Set<String> inForce =
        configuration.effective().keySet().stream()
            .map(MappingsTest::template)
            .collect(Collectors.toSet());

    assertThat(inForce).containsExactlyInAnyOrderElementsOf(paths);
    assertThat(configuration.effective())
        .contains(
            entry("profile", new Setting("prod", "sluice.yaml:1")),
            entry("server.listen", new Setting("127.0.0.2:7500", "sluice.yaml:3")),
            entry("queue.max_waiters", new Setting("60", "sluice.yaml:71 (profile prod)")),
            entry("queue.max_waiters_per_client", new Setting("5", "sluice.yaml:13")),
            entry("devices.gpu.inventory[1].index", new Setting("1", "default")),
            entry("limits.chat.key", new Setting("[tenant, model]", "sluice.yaml:29")),
            entry(
                "limits.chat.match.attributes",
                new Setting("{tier: free, region: eu}", "sluice.yaml:28")),
            entry("limits.jobs.concurrency.max", new Setting("cores", "sluice.yaml:41")),
            entry(
                "limits.jobs.concurrency.ttl", new Setting("9s", "sluice.yaml:71 (profile prod)")));
  }

  @Test
  void whatIsInForceHasTheOrderOfTheReference() {
    List<String> order = Keys.ALL.stream().map(Key::path).toList();
    List<String> jobs =
        configuration.effective().keySet().stream()
            .filter(path -> path.startsWith("limits.cards.") || !path.startsWith("limits."))
            .filter(path -> !path.startsWith("devices."))
            .map(MappingsTest::template)
            .toList();

    assertThat(jobs).isSortedAccordingTo(Comparator.comparingInt(order::indexOf));
  }

  private static String template(String path) {
    return path.replaceFirst("^limits\\.[a-z]+", "limits.<name>")
        .replaceFirst("^devices\\.[a-z]+", "devices.<pool>")
        .replaceFirst("\\[[0-9]+\\]", "[]");
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}
