package io.sluice.benchmarks.lab.rates;

import io.sluice.engine.adaptive.rate.AimdRules;
import io.sluice.engine.adaptive.rate.AwsCubicRules;
import io.sluice.engine.adaptive.rate.GovernorRules;
import io.sluice.engine.adaptive.rate.RateRules;
import io.sluice.engine.adaptive.rate.SuccessRatioRules;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A controller with its numbers. All get the same range: a floor of a hundredth of the first limit
 * or 0.1/s, whichever is less, and a ceiling of twice the highest limit.
 */
record Contestant(String name, Function<Experiment, RateRules> rules) {
  static final Contestant GOVERNOR =
      new Contestant(
          "governor",
          on ->
              new GovernorRules(
                  on.initial(),
                  floor(on),
                  ceiling(on),
                  GovernorRules.BACKOFF,
                  GovernorRules.RECOVERY_NANOS));

  static final Contestant AIMD =
      new Contestant("aimd", on -> AimdRules.of(on.initial(), floor(on), ceiling(on)));

  /** What many clients have built in. */
  static final Contestant AIMD_BY_ONE =
      new Contestant(
          "AIMD ×0.7 +1/s",
          on ->
              new AimdRules(
                  on.initial(), floor(on), ceiling(on), 0.7, 1, 1, TimeUnit.SECONDS.toNanos(1)));

  static final Contestant SUCCESS_RATIO =
      new Contestant(
          "success_ratio", on -> SuccessRatioRules.of(on.initial(), floor(on), ceiling(on)));

  static final Contestant AWS_CUBIC =
      new Contestant(
          "aws_cubic",
          on ->
              new AwsCubicRules(
                  ceiling(on), Math.min(AwsCubicRules.FLOOR, ceiling(on)), ceiling(on)));

  static final List<Contestant> ALL =
      List.of(GOVERNOR, AIMD, AIMD_BY_ONE, SUCCESS_RATIO, AWS_CUBIC);

  Recording run(Experiment experiment, long seed) {
    RateRules made = rules.apply(experiment);
    return new Simulation(experiment, random -> made.controller(random, 0), seed).run();
  }

  private static double floor(Experiment on) {
    double hundredth = on.course().segments().get(0).limit() / 100;
    return Math.max(RateRules.MIN_RATE, Math.min(0.1, hundredth));
  }

  private static double ceiling(Experiment on) {
    double highest =
        on.course().segments().stream().mapToDouble(Course.Segment::limit).max().orElse(1);
    return Math.max(on.initial(), 2 * highest);
  }
}
