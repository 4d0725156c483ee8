package io.sluice.engine.adaptive.concurrency;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Workers with a queue before them and a controller before that, in virtual time. */
final class SimulatedService {
  private final ConcurrencyController controller;
  private final SplittableRandom random;
  private final ArrayDeque<Long> queue = new ArrayDeque<>();
  private final PriorityQueue<double[]> working =
      new PriorityQueue<>((a, b) -> Double.compare(a[0], b[0]));
  int workers;
  double meanMillis;
  DoubleSupplier time;

  /** What one piece takes of the limit. */
  LongSupplier weight = () -> 1;

  /** From how many inside on the service drops what comes. */
  long dropsFrom = Long.MAX_VALUE;

  /** The share of pieces that the service drops whatever it has to do. */
  double dropsAnyway;

  private long now;
  private long inFlight;
  private Stretch stretch = new Stretch();

  SimulatedService(ConcurrencyRules rules, int workers, double meanMillis, long seed) {
    random = new SplittableRandom(seed);
    controller = rules.controller(random.split(), 0);
    this.workers = workers;
    this.meanMillis = meanMillis;
    time = () -> -Math.log(1 - random.nextDouble());
  }

  ConcurrencyController controller() {
    return controller;
  }

  /** Returns the pieces per second that it can finish. */
  double capacity() {
    return workers * 1000 / meanMillis;
  }

  /** Offers pieces at random for a while, with this mean per second. */
  Stretch run(double seconds, double perSecond) {
    stretch = new Stretch();
    long begin = now;
    long end = now + (long) (seconds * 1e9);
    double arrival = now + gap(perSecond);
    while (true) {
      double done = working.isEmpty() ? Double.POSITIVE_INFINITY : working.peek()[0];
      long timer = controller.nextNanos();
      double event = Math.min(Math.min(arrival, done), Math.min((double) timer, (double) end));
      long next = Math.max(now, (long) Math.ceil(event));
      stretch.limitSum += (double) controller.limit() * (next - now);
      now = next;
      if (now >= end) {
        stretch.meanLimit = stretch.limitSum / (end - begin);
        return stretch;
      }
      if (done <= now) {
        finish();
      } else if (arrival <= now) {
        arrive();
        arrival += gap(perSecond);
      } else {
        controller.advance(now);
      }
      stretch.highest = Math.max(stretch.highest, controller.limit());
    }
  }

  private void arrive() {
    stretch.offered++;
    long permits = weight.getAsLong();
    if (inFlight + permits > controller.limit()) {
      stretch.refused++;
      return;
    }
    inFlight += permits;
    controller.started(inFlight, now);
    if (working.size() + queue.size() >= dropsFrom || random.nextDouble() < dropsAnyway) {
      controller.ended(Ending.DROPPED, now, inFlight, now);
      inFlight -= permits;
      stretch.dropped++;
    } else if (working.size() < workers) {
      work(now, permits);
    } else {
      queue.add(now);
    }
  }

  private void finish() {
    double[] done = working.remove();
    long started = (long) done[1];
    controller.ended(Ending.SERVED, started, inFlight, now);
    inFlight -= (long) done[3];
    if (now - started - done[2] <= 3 * meanMillis * 1e6) {
      stretch.good++;
    }
    if (!queue.isEmpty()) {
      work(queue.remove(), 1);
    }
  }

  private void work(long started, long permits) {
    double takes = Math.max(1, time.getAsDouble() * meanMillis * 1e6);
    working.add(new double[] {now + takes, started, takes, permits});
  }

  private double gap(double perSecond) {
    return -Math.log(1 - random.nextDouble()) * 1e9 / perSecond;
  }

  /** What happened in a run. */
  static final class Stretch {
    long offered;
    long refused;
    long dropped;
    long good;
    long highest;
    double meanLimit;
    private double limitSum;

    double refusedShare() {
      return (double) refused / offered;
    }
  }
}
