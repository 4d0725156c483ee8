package io.sluice.engine.adaptive.rate;

import io.sluice.engine.model.Outcome;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A controller in virtual time, with the words that its tests are written in. */
final class RateFixture {
  static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  final RateController controller;
  long now;

  RateFixture(RateRules rules) {
    this(rules, 7_000 * SECOND);
  }

  RateFixture(RateRules rules, long start) {
    now = start;
    controller = rules.controller(new SplittableRandom(1), start);
  }

  /** The four controllers, from 10 up to 1000 and never less than 1. */
  static List<RateRules> all() {
    return List.of(
        new GovernorRules(10, 1, 1000, GovernorRules.BACKOFF, GovernorRules.RECOVERY_NANOS),
        AimdRules.of(10, 1, 1000),
        SuccessRatioRules.of(10, 1, 1000),
        new AwsCubicRules(10, 1, 1000));
  }

  RateFixture pass(double seconds) {
    now += Math.round(seconds * SECOND);
    return this;
  }

  /** Work of one permit that was granted now ends now. */
  RateFixture end(Outcome outcome) {
    return end(outcome, now, Feedback.UNKNOWN);
  }

  RateFixture end(Outcome outcome, long grantedAt, long retryAfter) {
    controller.ended(new Feedback(outcome, 1, grantedAt, retryAfter, false), now);
    return this;
  }

  RateFixture end(Outcome outcome, int times) {
    for (int i = 0; i < times; i++) {
      end(outcome);
    }
    return this;
  }

  /** Uses what there is for a time, and all of it succeeds at once. */
  RateFixture use(double seconds) {
    long until = now + Math.round(seconds * SECOND);
    while (now < until) {
      now += (long) (SECOND / rate());
      controller.granted(1, now);
      end(Outcome.SUCCESS);
    }
    return this;
  }

  double rate() {
    return controller.permitsPerSecond(now);
  }

  double heldSeconds() {
    long until = controller.heldUntilNanos();
    return until == Long.MIN_VALUE ? 0 : (until - now) / (double) SECOND;
  }

  static RandomGenerator random(long seed) {
    return new SplittableRandom(seed);
  }
}
