package io.sluice.benchmarks.lab.rates;

import io.sluice.engine.adaptive.rate.Feedback;
import io.sluice.engine.adaptive.rate.RateController;
import io.sluice.engine.model.Outcome;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Runs an experiment with a controller, event by event in virtual time. */
final class Simulation {
  /** Longest time between two looks at a rate, so that one that grows is noticed. */
  private static final double LOOK_SECONDS = 0.5;

  private final Experiment experiment;
  private final Provider provider;
  private final SplittableRandom random;
  private final Sidecar[] sidecars;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Recording record;
  private long sequence;

  /**
   * Creates it.
   *
   * @param controllers makes a controller with a source of chance, at time 0
   */
  Simulation(
      Experiment experiment, Function<RandomGenerator, RateController> controllers, long seed) {
    this.experiment = experiment;
    random = new SplittableRandom(seed);
    provider =
        Provider.of(
            experiment.kind(),
            experiment.course(),
            experiment.tellsBlackout(),
            experiment.permits());
    sidecars = new Sidecar[experiment.sidecars()];
    for (int i = 0; i < sidecars.length; i++) {
      sidecars[i] = new Sidecar(controllers.apply(random.split()));
    }
    record = new Recording(experiment.course());
  }

  /** Runs it to the end of the course, and returns what happened. */
  Recording run() {
    for (Sidecar sidecar : sidecars) {
      look(sidecar, 0);
    }
    while (!events.isEmpty() && events.peek().at < experiment.course().seconds()) {
      Event event = events.remove();
      if (event.answers) {
        event.sidecar.answered(event);
      } else {
        event.sidecar.send(event.at);
      }
    }
    return record;
  }

  private void look(Sidecar sidecar, double at) {
    events.add(new Event(at, sequence++, sidecar, false, 0, 0));
  }

  /** An answer that comes, or a time at which a sidecar may send. */
  private record Event(
      double at, long sequence, Sidecar sidecar, boolean answers, double sentAt, long answer)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int order = Double.compare(at, other.at);
      return order != 0 ? order : Long.compare(sequence, other.sequence);
    }
  }

  /** Sends what is asked for as soon as its bucket, of a tenth of a second, has the permits. */
  private final class Sidecar {
    private final RateController controller;
    private final Demand demand;
    private double tokens;
    private double filledAt;

    Sidecar(RateController controller) {
      this.controller = controller;
      demand =
          new Demand(
              experiment.demand() / experiment.permits() / experiment.sidecars(),
              experiment.onSeconds(),
              experiment.offSeconds(),
              random.split());
    }

    void send(double now) {
      long permits = experiment.permits();
      double rate = controller.permitsPerSecond(nanos(now));
      tokens = Math.min(Math.max(permits, rate / 10), tokens + rate * (now - filledAt));
      filledAt = now;
      double heldUntil = controller.heldUntilNanos() / 1e9;
      double nextAsk = demand.nextAt(now);
      record.offers(now, rate);
      if (heldUntil > now) {
        look(this, heldUntil + 1e-9);
      } else if (nextAsk > now) {
        look(this, Math.min(nextAsk, now + LOOK_SECONDS));
      } else if (tokens < permits) {
        double missing = (permits - tokens) / rate;
        look(this, now + Math.max(1e-6, Math.min(LOOK_SECONDS, missing)));
      } else {
        tokens -= permits;
        demand.sent();
        controller.granted(permits, nanos(now));
        long answer = provider.ask(permits, now);
        record.sent(now, permits, answer == Provider.ACCEPTED);
        double took =
            experiment.fastest()
                + random.nextDouble() * (experiment.slowest() - experiment.fastest());
        events.add(new Event(now + took, sequence++, this, true, now, answer));
        look(this, now);
      }
    }

    void answered(Event event) {
      boolean accepted = event.answer == Provider.ACCEPTED;
      controller.ended(
          new Feedback(
              accepted ? Outcome.SUCCESS : Outcome.THROTTLED,
              experiment.permits(),
              nanos(event.sentAt),
              accepted || event.answer == Provider.REFUSED ? Feedback.UNKNOWN : event.answer,
              false),
          nanos(event.at));
    }
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }
}
