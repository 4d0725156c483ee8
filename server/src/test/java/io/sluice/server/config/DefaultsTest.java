package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.adaptive.concurrency.ConcurrencyRules;
import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.concurrency.VegasRules;
import io.sluice.engine.adaptive.rate.AimdRules;
import io.sluice.engine.adaptive.rate.AwsCubicRules;
import io.sluice.engine.adaptive.rate.GovernorRules;
import io.sluice.engine.adaptive.rate.RateRules;
import io.sluice.engine.adaptive.rate.SuccessRatioRules;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.memory.MemorySettings;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "{}",
        "---\n...\n",
        "server:\nqueue: ~\nleases: null\ndevices:\nlimits:\nprofiles:\n",
        "server: { listen: , drain_grace: null }"
      })
  void nothingWrittenIsTheDefaults(String text) {
    Configuration configuration = Load.valid(text);

    assertThat(configuration.server())
        .isEqualTo(
            new ServerSettings(
                new HostPort("127.0.0.1", 7400),
                "run/sluice.sock",
                new HostPort("127.0.0.1", 7401),
                false,
                TimeUnit.SECONDS.toNanos(10),
                262144,
                1024,
                TimeUnit.SECONDS.toNanos(1),
                LogLevel.INFO));
    assertThat(configuration.engine()).isEqualTo(EngineSettings.DEFAULT);
    assertThat(configuration.memory()).isEqualTo(MemorySettings.DEFAULT);
    assertThat(configuration.devices()).isEmpty();
    assertThat(configuration.declaredLimits()).isEmpty();
    assertThat(configuration.effective().values())
        .isNotEmpty()
        .extracting(Setting::source)
        .containsOnly("default");
  }

  @Test
  void aRateIsPerSecondWithItsPermitsAsBurst() {
    assertThat(limit("rate: { permits: 7 }"))
        .isEqualTo(
            Limit.of("a", "a", new Policy.Rate(TokenScale.of(7, TimeUnit.SECONDS.toNanos(1), 7))));
  }

  @Test
  void aConcurrencyHasTheTermsOfTheEngine() {
    assertThat(limit("concurrency: { max: 3 }"))
        .isEqualTo(Limit.of("a", "a", new Policy.Concurrency(3, LeaseTerms.DEFAULT)));
  }

  @Test
  void slotsHaveTheTermsOfTheEngine() {
    assertThat(limit("devices: { slots: 3 }"))
        .isEqualTo(Limit.of("a", "a", new Policy.Slots(3, LeaseTerms.DEFAULT)));
  }

  @Test
  void aPoolIsDiscoveredPackedAndNotShared() {
    Configuration configuration = Load.valid("devices: { gpu: }\n" + text("devices: {pool: gpu}"));

    assertThat(configuration.devices())
        .containsEntry("gpu", new InventorySource.NvidiaSmi(0, 10_000_000_000L));
    assertThat(configuration.declaredLimits())
        .containsExactly(
            Limit.of(
                "a",
                "a",
                new Policy.Devices("gpu", List.of(), Placement.BINPACK, 1, LeaseTerms.DEFAULT)));
  }

  @Test
  void aBreakerHasTheRulesOfTheEngine() {
    assertThat(limit("concurrency: { max: 3 }, breaker: { }").learning())
        .isEqualTo(Learning.NONE.withBreaker(BreakerRules.DEFAULT));
    assertThat(limit("concurrency: { max: 3 }, breaker: ").learning()).isEqualTo(Learning.NONE);
  }

  @Test
  void aBreakerIsOpenForAtMostAMinuteOrAsLongAsItBegins() {
    assertThat(limit("devices: { slots: 3 }, breaker: { open: 2m }").learning().breaker())
        .isEqualTo(BreakerRules.DEFAULT.withOpen(120_000_000_000L, 120_000_000_000L));
  }

  @Test
  void aRateThatAdaptsIsGovernedUpToWhatIsConfigured() {
    assertThat(rate("permits: 100", "")).isEqualTo(GovernorRules.upTo(100));
    assertThat(rate("permits: 60, per: 1m", "")).isEqualTo(GovernorRules.upTo(1));
    assertThat(rate("permits: 36, per: 1h", "")).isEqualTo(GovernorRules.upTo(0.01));
    assertThat(rate("permits: 0", "")).as("closed").isEqualTo(GovernorRules.upTo(1));
  }

  @Test
  void otherControllersBeginAtWhatIsConfigured() {
    assertThat(rate("permits: 100", "controller: aimd")).isEqualTo(AimdRules.of(100, 0.1, 100));
    assertThat(rate("permits: 100", "controller: aws_cubic")).isEqualTo(AwsCubicRules.upTo(100));
    assertThat(rate("permits: 100", "controller: success_ratio, max: 1000"))
        .isEqualTo(SuccessRatioRules.from(100));
    assertThat(rate("permits: 5", "controller: success_ratio"))
        .isEqualTo(SuccessRatioRules.of(5, 5, 5));
    assertThat(rate("permits: 5", "controller: fixed")).isNull();
  }

  @Test
  void aConcurrencyThatAdaptsIsProbedUpToWhatIsConfigured() {
    assertThat(concurrency(50, "")).isEqualTo(new GradientProbeRules(20, 1, 50));
    assertThat(concurrency(5, "")).isEqualTo(new GradientProbeRules(5, 1, 5));
    assertThat(concurrency(1L << 40, "min: 30"))
        .isEqualTo(new GradientProbeRules(30, 30, 1_000_000));
    assertThat(concurrency(50, "controller: vegas")).isEqualTo(new VegasRules(20, 1, 50));
    assertThat(concurrency(50, "controller: aimd"))
        .isEqualTo(
            new io.sluice.engine.adaptive.concurrency.AimdRules(20, 1, 50, 0.9, 5_000_000_000L));
    assertThat(concurrency(50, "controller: fixed")).isNull();
  }

  @Test
  void theNameOfAControllerAloneIsThatController() {
    for (String word : List.of("governor", "aimd", "success_ratio", "aws_cubic", "fixed")) {
      assertThat(limit("rate: { permits: 100 }, adaptive: " + word).learning())
          .as(word)
          .isEqualTo(
              limit("rate: { permits: 100 }, adaptive: { controller: " + word + " }").learning());
    }
    assertThat(limit("concurrency: { max: 50 }, adaptive: \"${NONE:vegas}\"").learning())
        .isEqualTo(Learning.NONE.withConcurrency(new VegasRules(20, 1, 50)));
  }

  @Test
  void whatIsLaidOverTheNameOfAControllerIsLaidOverItsSection() {
    String brief = text("rate: { permits: 100 }, adaptive: aimd");
    String profile = "\nprofiles: { p: { limits: { a: { adaptive: aws_cubic } } } }";
    assertThat(
            Load.valid(Load.input(brief).withSets(List.of("limits.a.adaptive.max=50")))
                .declaredLimits()
                .get(0)
                .learning()
                .rate())
        .isEqualTo(AimdRules.of(50, 0.1, 50));
    assertThat(
            Load.valid(
                    Load.input(text("rate: { permits: 100 }, adaptive: { max: 50 }") + profile)
                        .withProfile("p"))
                .declaredLimits()
                .get(0)
                .learning()
                .rate())
        .isEqualTo(AwsCubicRules.upTo(50));
  }

  private static @Nullable RateRules rate(String rate, String adaptive) {
    return limit("rate: { " + rate + " }, adaptive: { " + adaptive + " }").learning().rate();
  }

  private static @Nullable ConcurrencyRules concurrency(long max, String adaptive) {
    return limit("concurrency: { max: " + max + " }, adaptive: { " + adaptive + " }")
        .learning()
        .concurrency();
  }

  private static Limit limit(String kind) {
    return Load.valid(text(kind)).declaredLimits().get(0);
  }

  private static String text(String kind) {
    return "limits: [ { name: a, match: { resource: a }, " + kind + " } ]";
  }
}
