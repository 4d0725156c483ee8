package io.sluice.benchmarks.lab.seats;

import io.sluice.engine.adaptive.concurrency.AimdRules;
import io.sluice.engine.adaptive.concurrency.ConcurrencyRules;
import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.concurrency.VegasRules;
import java.util.List;
import java.util.random.RandomGenerator;

/** A limiter by name, each with its own defaults. */
record Contender(String name, Make make) {
  static final Contender GRADIENT_PROBE = ours("**gradient_probe**", GradientProbeRules.DEFAULT);

  /** The oracle, which knows the workers, is first; then ours. */
  static final List<Contender> ALL =
      List.of(
          new Contender("fixed at the workers", (model, random) -> new Fixed(model.workers())),
          GRADIENT_PROBE,
          ours("vegas", VegasRules.DEFAULT),
          ours("aimd", AimdRules.DEFAULT),
          new Contender("Netflix Vegas", (model, random) -> new NetflixVegas(random)),
          new Contender("Netflix Gradient2", (model, random) -> new NetflixGradient2()),
          new Contender("Netflix AIMD", (model, random) -> new NetflixAimd()),
          new Contender("Envoy style", (model, random) -> new EnvoyGradient(random)));

  /** Those that the plot shows. */
  static final List<Contender> PLOTTED =
      List.of(ALL.get(0), GRADIENT_PROBE, ALL.get(2), ALL.get(5), ALL.get(7));

  private static Contender ours(String name, ConcurrencyRules rules) {
    return new Contender(name, (model, random) -> new Sluice(rules.controller(random, 0)));
  }

  /** Makes a limiter for a service. */
  interface Make {
    Limiter limiter(ServiceModel model, RandomGenerator random);
  }
}
