package io.sluice.benchmarks.lab.seats;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/** A service at work, in virtual time. */
final class Service {
  private static final double STALL_EVERY_NANOS = 5e9;

  private final ServiceModel model;
  private final RandomGenerator random;
  private final ArrayDeque<Piece> waiting = new ArrayDeque<>();
  private final PriorityQueue<Piece> working =
      new PriorityQueue<>((a, b) -> Double.compare(a.doneAt, b.doneAt));
  private double workers;
  private double meanNanos;
  private double sharedClock;
  private double sharedNanos;

  Service(ServiceModel model, RandomGenerator random) {
    this.model = model;
    this.random = random;
    phase(new Phase("", 0, 0, 1, 1));
  }

  void phase(Phase phase) {
    workers = model.workers() * phase.wider();
    meanNanos = model.meanNanos() * phase.slower();
  }

  double meanNanos() {
    return meanNanos;
  }

  void begin(long nowNanos) {
    Piece piece = new Piece(nowNanos, meanNanos * model.time().draw(random));
    if (model.sharing()) {
      share(nowNanos);
      piece.doneAt = sharedClock + piece.work;
      working.add(piece);
    } else if (working.size() < workers) {
      work(piece, nowNanos);
    } else {
      waiting.add(piece);
    }
  }

  /** Returns when the next piece is done; infinite = none is worked on. */
  double nextNanos() {
    Piece next = working.peek();
    if (next == null) {
      return Double.POSITIVE_INFINITY;
    }
    return model.sharing() ? sharedNanos + (next.doneAt - sharedClock) / pace() : next.doneAt;
  }

  Piece finish(long nowNanos) {
    if (model.sharing()) {
      share(nowNanos);
    }
    Piece done = working.remove();
    if (!waiting.isEmpty() && working.size() < workers) {
      work(waiting.remove(), nowNanos);
    }
    return done;
  }

  /** Returns how much work a piece waited for others, beyond its own. */
  double waitNanos(Piece piece, long nowNanos) {
    return nowNanos - piece.startedNanos - piece.work * (model.sharing() ? 1 : inflation());
  }

  private void work(Piece piece, long nowNanos) {
    double begins = nowNanos;
    if (model.stallNanos() > 0) {
      double sinceStall = begins % STALL_EVERY_NANOS;
      begins += Math.max(0, model.stallNanos() - sinceStall);
    }
    piece.doneAt = begins + piece.work * inflation();
    working.add(piece);
  }

  private double inflation() {
    double inside = working.size() + waiting.size();
    return 1 + model.contention() * Math.max(0, inside / workers - 1);
  }

  private double pace() {
    return Math.min(1, workers / working.size()) / inflation();
  }

  private void share(long nowNanos) {
    if (!working.isEmpty()) {
      sharedClock += (nowNanos - sharedNanos) * pace();
    }
    sharedNanos = nowNanos;
  }
}
