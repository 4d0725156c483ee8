package io.sluice.benchmarks.lab.seats;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.SplittableRandom;

/** One limiter before one service, through the phases, from one seed. */
final class Run {
  /** How many replies may wait at most: this many times the mean time of service. */
  private static final double GOOD_WAIT = 3;

  private final ServiceModel model;
  private final List<Phase> phases;
  private final RandomGenerator arrivals;
  private final Service service;
  private final Limiter limiter;
  private final List<Figures> figures = new ArrayList<>();
  private final List<double[]> curve = new ArrayList<>();
  private long inFlight;
  private long lastNanos;
  private long lastLimit;

  Run(ServiceModel model, List<Phase> phases, long seed, Function<RandomGenerator, Limiter> make) {
    this.model = model;
    this.phases = phases;
    SplittableRandom random = new SplittableRandom(seed);
    arrivals = random.split();
    service = new Service(model, random.split());
    limiter = make.apply(random.split());
  }

  List<Figures> figures() {
    return figures;
  }

  /** Returns the limit over time: seconds, limit. */
  List<double[]> curve() {
    return curve;
  }

  Run run() {
    long begin = 0;
    lastLimit = limiter.limit();
    for (Phase phase : phases) {
      long end = begin + (long) (phase.seconds() * 1e9);
      service.phase(phase);
      double capacity = model.capacity() * phase.wider() / phase.slower();
      Figures of = new Figures(phase, capacity, begin);
      figures.add(of);
      run(of, capacity * phase.load() / 1e9, begin, end);
      begin = end;
    }
    return this;
  }

  private void run(Figures of, double perNano, long begin, long end) {
    double arrival = begin + gap(perNano, begin);
    long sample = begin;
    while (true) {
      double done = service.nextNanos();
      long timer = limiter.nextNanos();
      double next = Math.min(Math.min(arrival, done), Math.min(timer, end));
      long now = Math.max(lastNanos, (long) next);
      of.limit(lastLimit, Math.max(begin, lastNanos), now);
      lastNanos = now;
      if (now - sample >= 0) {
        curve.add(new double[] {now / 1e9, lastLimit});
        sample += 1_000_000_000L;
      }
      if (next >= end) {
        return;
      }
      if (next == done) {
        finish(of, now);
      } else if (next == arrival) {
        arrive(of, now);
        arrival += gap(perNano, now);
      } else {
        limiter.advance(now);
      }
      lastLimit = limiter.limit();
    }
  }

  private void arrive(Figures of, long now) {
    boolean refused = inFlight >= limiter.limit();
    of.arrived(refused, now);
    if (!refused) {
      inFlight++;
      service.begin(now);
      limiter.started(inFlight, now);
    }
  }

  private void finish(Figures of, long now) {
    Piece done = service.finish(now);
    limiter.ended(false, done.startedNanos, inFlight, now);
    inFlight--;
    of.ended(
        now - done.startedNanos,
        service.waitNanos(done, now) <= GOOD_WAIT * service.meanNanos());
  }

  private double gap(double perNano, double now) {
    double swing = (long) (now / 5e8) % 2 == 0 ? 1 + model.bursts() : 1 - model.bursts();
    return -Math.log(1 - arrivals.nextDouble()) / (perNano * Math.max(0.01, swing));
  }
}
