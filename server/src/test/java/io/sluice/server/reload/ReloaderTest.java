package io.sluice.server.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import io.sluice.server.config.ConfigurationInput;
import io.sluice.server.config.ConfigurationLoader;
import io.sluice.server.driver.EngineDriver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReloaderTest {
  private static final String FIVE =
      "limits:\n  - { name: jobs, match: { resource: jobs }, concurrency: { max: 5 } }\n";

  private final File file = new File(FIVE);
  private final EngineDriver driver;
  private final Reloader reloader;

  ReloaderTest() throws ConfigurationException {
    Configuration configuration = file.load(FIVE);
    MemoryStore store = new MemoryStore(configuration.memory(), new SplittableRandom(1), 0);
    driver =
        new EngineDriver(
            new AdmissionEngine(
                configuration.limits(Map.of()),
                configuration.engine(),
                store,
                new SplittableRandom(3),
                0),
            () -> 0,
            () -> Instant.EPOCH);
    reloader = new Reloader(driver, configuration, Map.of(), file);
  }

  @AfterEach
  void close() {
    reloader.close();
    driver.close();
  }

  @Test
  void appliesWhatIsValid() {
    file.text = FIVE.replace("5", "8").replace("limits:", "server: { drain_grace: 3s }\nlimits:");
    ReloadReport report = reloader.reload();
    assertThat(report.problems()).isEmpty();
    assertThat(report.changedLimits()).containsExactly("jobs");
    assertThat(report.needsRestart()).containsExactly("server.drain_grace");
    assertThat(capacity()).isEqualTo(8);
    assertThat(reloader.applied()).isEqualTo(1);
    assertThat(reloader.effective().get("limits.jobs.concurrency.max").value()).isEqualTo("8");
    assertThat(reloader.effective().get("server.drain_grace").value())
        .as("in force until a restart")
        .isEqualTo("10s");
  }

  @Test
  void keepsTheOldOneAndTellsTheLinesOfWhatIsWrong() {
    file.text =
        FIVE.replace("5", "0") + "  - { name: x, match: { resource: x }, rate: { permits: -1 } }\n";
    ReloadReport report = reloader.reload();
    assertThat(report.problems()).hasSize(2);
    assertThat(report.problems().get(0)).startsWith("sluice.yaml:2:");
    assertThat(report.problems().get(1)).startsWith("sluice.yaml:3:").contains("rate.permits");
    assertThat(capacity()).isEqualTo(5);
    assertThat(reloader.refused()).isEqualTo(1);
    assertThat(reloader.last()).isEqualTo(report);
    file.text = null;
    assertThat(reloader.reload().problems().get(0)).startsWith("unreadable");
    file.text = FIVE;
    assertThat(reloader.reload().problems()).isEmpty();
    assertThat(reloader.last().changedLimits()).isEmpty();
  }

  @Test
  void runtimeChangeOutlivesReloadUnlessTheFileChangesTheSameLimit() {
    Limit put = driver.ask(engine -> engine.limits().get(0).limit()).withQueueMax(7);
    driver.run(engine -> engine.putLimit(put, 0));
    assertThat(reloader.reload().changedLimits()).isEmpty();
    assertThat(queueMax()).isEqualTo(7);
    file.text = FIVE.replace("5", "6");
    assertThat(reloader.reload().changedLimits()).containsExactly("jobs");
    assertThat(queueMax()).isEqualTo(1000);
  }

  @Test
  void watchAppliesAnotherContentAndRefusesWrongOneOnce() throws Exception {
    reloader.watch(Duration.ofMillis(1).toNanos());
    file.text = FIVE.replace("5", "8");
    await(() -> reloader.applied() == 1);
    assertThat(capacity()).isEqualTo(8);
    file.text = "limits: 3";
    await(() -> reloader.refused() == 1);
    int looks = file.looks;
    await(() -> file.looks > looks + 3);
    assertThat(reloader.refused()).as("the same mistake is told once").isEqualTo(1);
    file.text = FIVE;
    await(() -> reloader.applied() == 2);
    assertThat(capacity()).isEqualTo(5);
  }

  @Test
  void withoutFileThereIsNothingToReload() throws Exception {
    Reloader without = new Reloader(driver, file.load(FIVE), Map.of(), null);
    without.watch(1);
    assertThat(without.reload().problems()).hasSize(1);
    without.close();
  }

  private long capacity() {
    return driver.ask(engine -> engine.limits().get(0).limit().policy().capacity());
  }

  private int queueMax() {
    return driver.ask(engine -> engine.limits().get(0).limit().queue().max());
  }

  private static void await(java.util.function.BooleanSupplier condition) throws Exception {
    for (int i = 0; i < 20_000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(1); // another thread looks at the file
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  /** A file in memory. */
  private static final class File implements ConfigSource {
    volatile @Nullable String text;
    volatile int looks;

    File(String text) {
      this.text = text;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads the file at a time
    public String text() throws IOException {
      looks++;
      String now = text;
      if (now == null) {
        throw new IOException("gone");
      }
      return now;
    }

    @Override
    public Configuration load(String content) throws ConfigurationException {
      return ConfigurationLoader.load(
          ConfigurationInput.of("sluice.yaml", content).withSets(List.of()));
    }
  }
}
