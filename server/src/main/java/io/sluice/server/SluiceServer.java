package io.sluice.server;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.device.Device;
import io.sluice.engine.device.DeviceReading;
import io.sluice.server.alerts.AlertWatch;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.HostPort;
import io.sluice.server.config.InventorySource;
import io.sluice.server.config.ServerSettings;
import io.sluice.server.config.StatisticsSettings;
import io.sluice.server.driver.EngineDriver;
import io.sluice.server.driver.NanoClock;
import io.sluice.server.grpc.ConfigReload;
import io.sluice.server.grpc.GrpcEdge;
import io.sluice.server.grpc.GrpcSettings;
import io.sluice.server.grpc.ProcessInfo;
import io.sluice.server.grpc.export.Export;
import io.sluice.server.http.AdminHttp;
import io.sluice.server.http.AdminHttp.Answer;
import io.sluice.server.http.AdminPages;
import io.sluice.server.inventory.InventoryPoll;
import io.sluice.server.inventory.NvidiaSmi;
import io.sluice.server.metrics.EngineMetrics;
import io.sluice.server.metrics.InventoryMetrics;
import io.sluice.server.metrics.ReloadMetrics;
import io.sluice.server.metrics.StateMetrics;
import io.sluice.server.reload.ConfigSource;
import io.sluice.server.reload.ReloadReport;
import io.sluice.server.reload.Reloader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server: everything that one process holds, from the engine outwards. */
public final class SluiceServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SluiceServer.class);
  private static final long DRAIN_LOOK_MILLIS = 20;

  /**
   * Leaves room for a million grants in each millisecond before the next start would repeat one.
   */
  private static final int FENCES_PER_MILLI_BITS = 20;

  private final NanoClock clock;
  private final AtomicBoolean serving = new AtomicBoolean();
  private final ServerSettings settings;
  private final StatisticsSettings statistics;
  private final KeptState state;
  private final EngineDriver driver;
  private final Reloader reloader;
  private final ReloadMetrics reloadMetrics; // a registry alone would not keep it
  private final AlertWatch alerts;
  private final GrpcEdge grpc;
  private final @Nullable InventoryPoll inventory;
  private final @Nullable AdminHttp admin;
  private int grpcPort;
  private int adminPort;

  private SluiceServer(Configuration configuration, String version, @Nullable ConfigSource source)
      throws IOException {
    settings = configuration.server();
    statistics = configuration.statistics();
    Map<String, List<Device>> pools = inventories(configuration.devices());
    state =
        new KeptState(
            configuration.state(),
            configuration.memory().withFirstFence(firstFence(InstantSource.system().instant())),
            RandomGenerator.of("L64X256MixRandom")); // seeded by the machine
    AdmissionEngine engine =
        new AdmissionEngine(
            configuration.limits(pools),
            configuration.engine(),
            state.store(),
            new SplittableRandom(new SecureRandom().nextLong()),
            0);
    long startNanos = state.restore(engine);
    clock = NanoClock.startingAt(startNanos);
    driver = new EngineDriver(engine, clock, InstantSource.system(), state.log(), this::stateLost);
    state.drivenBy(driver);
    inventory = inventoryPoll(pools, configuration.devices());
    alerts = new AlertWatch(statistics.alerts(), driver::work, clock::nanos);
    reloader = new Reloader(driver, configuration, pools, source);
    reloadMetrics = new ReloadMetrics(reloader::applied, reloader::refused);
    grpc =
        new GrpcEdge(
            driver,
            pools,
            () -> reloadResult(reloader.reload()),
            new ProcessInfo(
                version,
                clock,
                startNanos,
                InstantSource.system(),
                serving::get,
                state::report,
                alerts::active),
            new GrpcSettings(
                settings.maxMessageBytes(), settings.maxConcurrentCalls(), statistics.topKeys()),
            () -> ThreadLocalRandom.current().nextDouble());
    admin = settings.admin() == null ? null : adminHttp(settings.admin());
  }

  /**
   * Starts a server, which serves when this returns.
   *
   * @throws IOException if an address cannot be bound or a device inventory cannot be read
   */
  public static SluiceServer start(Configuration configuration, String version) throws IOException {
    return start(configuration, version, null);
  }

  /**
   * Starts a server, which serves when this returns, and goes on to watch its configuration file.
   *
   * @param source the file that the configuration is from; null = none
   * @throws IOException if an address cannot be bound or a device inventory cannot be read
   */
  public static SluiceServer start(
      Configuration configuration, String version, @Nullable ConfigSource source)
      throws IOException {
    SluiceServer server = new SluiceServer(configuration, version, source);
    try {
      server.bind();
    } catch (IOException e) {
      server.close();
      throw e;
    }
    return server;
  }

  /** Returns where gRPC is served over TCP. */
  public HostPort grpcAddress() {
    return new HostPort(settings.listen().host(), grpcPort);
  }

  /** Returns the Unix socket where gRPC is served too; null = none. */
  public @Nullable String udsPath() {
    return settings.udsPath();
  }

  /** Returns where the admin pages are served; null = nowhere. */
  public @Nullable HostPort adminAddress() {
    HostPort address = settings.admin();
    return address == null ? null : new HostPort(address.host(), adminPort);
  }

  /** Reads the configuration file again, and applies it if it is valid. */
  public void reload() {
    var unused = reloader.reload(); // it logs
  }

  /**
   * Takes no more work: health says so, those who wait are told, and those who hold leases may
   * finish for the grace period.
   */
  public void drain() {
    if (!serving.getAndSet(false)) {
      return;
    }
    grpc.serving(false);
    driver.drain();
    if (state.isDurable()) {
      return; // leases outlive the process, and whoever holds them finds them in the next one
    }
    long until = clock.nanos() + settings.drainGraceNanos();
    try {
      while (driver.snapshot().leases() > 0 && clock.nanos() < until) {
        TimeUnit.MILLISECONDS.sleep(DRAIN_LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    long left = driver.snapshot().leases();
    if (left > 0) {
      LOG.warn("{} leases were still held when the grace period ended", left);
    }
  }

  /** Stops at once; {@link #drain} first to be gentle. */
  @Override
  public void close() {
    serving.set(false);
    reloader.close();
    alerts.close();
    if (inventory != null) {
      inventory.close();
    }
    grpc.close();
    if (admin != null) {
      admin.close();
    }
    state.close();
    driver.close();
  }

  private void bind() throws IOException {
    state.awaitShared();
    grpcPort = grpc.listen(socketAddress(settings.listen()));
    String uds = settings.udsPath();
    if (uds != null) {
      grpc.listen(Path.of(uds));
    }
    if (inventory != null) {
      inventory.start();
    }
    serving.set(true);
    grpc.serving(state.log().problem().isEmpty());
    if (admin != null) {
      adminPort = admin.start();
    }
    if (!statistics.alerts().isEmpty()) {
      alerts.start();
    }
    reloader.watch(settings.reloadIntervalNanos());
  }

  /** Takes no more work: nothing that is granted could be kept. */
  private void stateLost(String problem) {
    if (serving.getAndSet(false)) {
      grpc.serving(false);
    }
  }

  private AdminHttp adminHttp(HostPort address) throws IOException {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    EngineMetrics metrics = new EngineMetrics(driver::snapshot, clock::nanos);
    metrics.bindTo(registry);
    reloadMetrics.bindTo(registry);
    new StateMetrics(state::report).bindTo(registry);
    InventoryPoll polled = inventory;
    if (polled != null) {
      new InventoryMetrics(() -> polled.problem().isEmpty()).bindTo(registry);
    }
    AdminPages pages = new AdminPages(driver::snapshot, serving::get);
    return new AdminHttp(socketAddress(address))
        .page("/healthz", pages::healthz)
        .page("/readyz", pages::readyz)
        .page("/metrics", query -> Answer.prometheus(scrape(metrics, registry)))
        .page("/concurrency/stats", pages::concurrencyStats)
        .page("/stats.json", query -> exported(Export.JSON))
        .page("/stats.csv", query -> exported(Export.CSV))
        .page("/config", query -> Answer.json(200, configurationInForce()))
        .page("/debug/settings", query -> Answer.json(200, reloader.effective()));
  }

  private Answer exported(Export format) {
    return new Answer(200, format.contentType(), grpc.export(format));
  }

  private static String scrape(EngineMetrics metrics, PrometheusMeterRegistry registry) {
    metrics.refresh();
    return registry.scrape();
  }

  private Map<String, Object> configurationInForce() {
    Map<String, Object> values = new LinkedHashMap<>();
    reloader.effective().forEach((path, setting) -> values.put(path, typed(setting.value())));
    values.put("last_reload", reloader.last());
    return values;
  }

  private static ConfigReload.Result reloadResult(ReloadReport report) {
    return new ConfigReload.Result(
        report.problems(), report.changedLimits(), report.needsRestart());
  }

  private static Map<String, List<Device>> inventories(Map<String, InventorySource> sources)
      throws IOException {
    Map<String, List<Device>> inventories = new LinkedHashMap<>();
    for (Map.Entry<String, InventorySource> source : sources.entrySet()) {
      List<Device> devices =
          source.getValue() instanceof InventorySource.NvidiaSmi smi
              ? new NvidiaSmi(smi.reserveMib()).read().stream().map(DeviceReading::device).toList()
              : ((InventorySource.Static) source.getValue()).devices();
      LOG.info("Pool {} has {} devices", source.getKey(), devices.size());
      inventories.put(source.getKey(), devices);
    }
    return inventories;
  }

  /** Returns a poll of the one pool that is discovered; null if no limit is on one. */
  private @Nullable InventoryPoll inventoryPoll(
      Map<String, List<Device>> pools, Map<String, InventorySource> sources) {
    for (Map.Entry<String, InventorySource> source : sources.entrySet()) {
      if (source.getValue() instanceof InventorySource.NvidiaSmi smi) {
        String pool = source.getKey();
        return new InventoryPoll(
            new NvidiaSmi(smi.reserveMib())::read,
            pools.getOrDefault(pool, List.of()).stream().map(DeviceReading::of).toList(),
            smi.pollNanos(),
            readings -> driver.inventory(pool, readings));
      }
    }
    return null;
  }

  /**
   * Fences of this process are above those of the last, unless the wall clock was set back between.
   */
  static long firstFence(Instant start) {
    return start.toEpochMilli() << FENCES_PER_MILLI_BITS;
  }

  /** Numbers as numbers and truth values as such, for programs; everything else as written. */
  private static Object typed(String value) {
    if (value.matches("-?\\d{1,18}")) {
      return Long.valueOf(value);
    }
    return value.equals("true") || value.equals("false") ? Boolean.valueOf(value) : value;
  }

  private static InetSocketAddress socketAddress(HostPort address) {
    return new InetSocketAddress(address.host(), address.port());
  }
}
