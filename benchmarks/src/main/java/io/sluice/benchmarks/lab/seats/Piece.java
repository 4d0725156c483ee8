package io.sluice.benchmarks.lab.seats;

/** A piece of work inside a service. */
final class Piece {
  final long startedNanos;

  /** The work in it, as nanoseconds of a worker of its own. */
  final double work;

  /** When it is done; of services that share, on their own clock. */
  double doneAt;

  Piece(long startedNanos, double work) {
    this.startedNanos = startedNanos;
    this.work = work;
  }
}
