package io.sluice.server.reload;

import io.sluice.engine.device.Device;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.config.Problem;
import io.sluice.server.config.Setting;
import io.sluice.server.driver.EngineDriver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the configuration file to the running server: all of a valid file, nothing of another.
 *
 * <p>Limits are applied in one step of the engine. Every other key is that of the start until a
 * restart; those that differ are told. A file that cannot be read or is wrong leaves everything as
 * it is. Thread-safe.
 */
public final class Reloader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

  private final EngineDriver driver;
  private final Map<String, List<Device>> pools;
  private final @Nullable ConfigSource source;
  private final Configuration started;
  private final AtomicLong applied = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private Configuration configuration; // guarded by this
  private @Nullable String lastText; // guarded by this
  private volatile ReloadReport last = ReloadReport.NONE;
  private volatile Map<String, Setting> effective;
  private @Nullable ScheduledExecutorService watch;

  /**
   * Creates a reloader; nothing is watched yet.
   *
   * @param configuration what the server was started with
   * @param pools the devices of each pool
   * @param source the file; null = there is none
   */
  public Reloader(
      EngineDriver driver,
      Configuration configuration,
      Map<String, List<Device>> pools,
      @Nullable ConfigSource source) {
    this.driver = driver;
    this.configuration = configuration;
    this.started = configuration;
    this.pools = pools;
    this.source = source;
    this.effective = configuration.effective();
  }

  /**
   * Looks at the file again and again, and applies it when its content is another. Looking at the
   * content, not at times or links, is right for whatever way files are replaced.
   */
  public void watch(long intervalNanos) {
    if (source == null || intervalNanos == 0) {
      return;
    }
    watch =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "sluice-reload");
              thread.setDaemon(true);
              return thread;
            });
    var unused =
        watch.scheduleWithFixedDelay(
            this::look, intervalNanos, intervalNanos, TimeUnit.NANOSECONDS);
  }

  /** Reads and applies the file, whether it changed or not. */
  public synchronized ReloadReport reload() {
    if (source == null) {
      return ReloadReport.refused("the server was started without a configuration file");
    }
    try {
      return apply(source.text());
    } catch (IOException e) {
      return unreadable(e);
    }
  }

  /** Returns what became of the last reload that was tried. */
  public ReloadReport last() {
    return last;
  }

  /** Returns every value in force with its source, by path. */
  public Map<String, Setting> effective() {
    return effective;
  }

  /** Returns how often a file was applied. */
  public long applied() {
    return applied.get();
  }

  /** Returns how often a file was refused. */
  public long refused() {
    return refused.get();
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.shutdownNow();
    }
  }

  private void look() {
    try {
      synchronized (this) {
        String text = Objects.requireNonNull(source).text();
        if (lastText == null) {
          lastText = text; // what the server was started with, or close to it
          if (!source.load(text).effective().equals(configuration.effective())) {
            apply(text);
          }
        } else if (!text.equals(lastText)) {
          apply(text);
        }
      }
    } catch (IOException e) {
      if (last.problems().isEmpty() || !last.problems().get(0).startsWith("unreadable")) {
        unreadable(e);
      }
    } catch (ConfigurationException e) {
      wrong(e);
    } catch (RuntimeException e) {
      LOG.error("The configuration could not be looked at", e); // and the watch goes on
    }
  }

  private synchronized ReloadReport apply(String text) {
    lastText = text;
    Configuration read;
    List<String> changed;
    try {
      read = Objects.requireNonNull(source).load(text);
      changed = apply(read);
    } catch (ConfigurationException e) {
      return wrong(e);
    } catch (InvalidArgumentException e) {
      return refuse(ReloadReport.refused(String.valueOf(e.getMessage())));
    }
    List<String> needsRestart = needsRestart(read);
    configuration = read;
    effective = inForce(read);
    applied.incrementAndGet();
    last = new ReloadReport(List.of(), changed, needsRestart);
    LOG.info("The configuration was reloaded; limits that changed: {}", changed);
    if (!needsRestart.isEmpty()) {
      LOG.warn("These keys changed and count only after a restart: {}", needsRestart);
    }
    return last;
  }

  private List<String> apply(Configuration read) {
    List<Limit> before = configuration.limits(pools);
    List<Limit> after = read.limits(pools);
    return driver.ask(
        engine -> {
          List<Limit> running = engine.limits().stream().map(ActiveLimit::configured).toList();
          engine.replaceLimits(FileLimits.merge(before, after, running), driver.nowNanos());
          return FileLimits.changed(
              running, engine.limits().stream().map(ActiveLimit::configured).toList());
        });
  }

  private List<String> needsRestart(Configuration read) {
    List<String> keys = new ArrayList<>();
    for (Map.Entry<String, Setting> entry : started.effective().entrySet()) {
      Setting now = read.effective().get(entry.getKey());
      boolean same = now != null && now.value().equals(entry.getValue().value());
      if (!reloads(entry.getKey()) && !same) {
        keys.add(entry.getKey());
      }
    }
    for (String key : read.effective().keySet()) {
      if (!reloads(key) && !started.effective().containsKey(key)) {
        keys.add(key);
      }
    }
    return keys;
  }

  private Map<String, Setting> inForce(Configuration read) {
    Map<String, Setting> values = new LinkedHashMap<>();
    started.effective().forEach((key, value) -> put(values, key, value, !reloads(key)));
    read.effective().forEach((key, value) -> put(values, key, value, reloads(key)));
    return values;
  }

  private static boolean reloads(String key) {
    return key.startsWith("limits.") || key.equals("profile");
  }

  private static void put(Map<String, Setting> values, String key, Setting value, boolean wanted) {
    if (wanted) {
      values.put(key, value);
    }
  }

  private ReloadReport wrong(ConfigurationException e) {
    return refuse(
        new ReloadReport(
            e.problems().stream().map(Problem::toString).toList(), List.of(), List.of()));
  }

  private ReloadReport unreadable(IOException e) {
    return refuse(ReloadReport.refused("unreadable: " + e));
  }

  private ReloadReport refuse(ReloadReport report) {
    refused.incrementAndGet();
    last = report;
    LOG.error(
        "The configuration was not reloaded, the one before stays in force:{}",
        report.problems().stream().collect(Collectors.joining("\n  ", "\n  ", "")));
    return report;
  }
}
