package io.sluice.benchmarks.lab.seats;

/**
 * A service to send work to.
 *
 * @param name what the report calls it
 * @param workers the pieces that it works on at once
 * @param meanNanos how long it works on one, on average
 * @param time how that varies
 * @param contention by how much each piece takes longer for each worker's worth of work above the
 *     workers: 0.5 = half as long again at twice as many
 * @param sharing whether all pieces are worked on at once, slower; else those that find no worker
 *     wait in a queue, first come first served
 * @param bursts how far the arrivals swing around their mean, 0..1: half a second above, half below
 * @param stallNanos how long it stands still every 5 seconds
 */
record ServiceModel(
    String name,
    int workers,
    long meanNanos,
    ServiceTime time,
    double contention,
    boolean sharing,
    double bursts,
    long stallNanos) {
  static ServiceModel of(String name, int workers, double meanMillis, ServiceTime time) {
    return new ServiceModel(
        name, workers, (long) (meanMillis * 1_000_000), time, 0, false, 0, 0);
  }

  /** Returns the same service with work that gets in the way of other work. */
  ServiceModel contended() {
    return new ServiceModel(
        name + ", contention", workers, meanNanos, time, 0.5, sharing, bursts, stallNanos);
  }

  ServiceModel shared() {
    return new ServiceModel(
        name, workers, meanNanos, time, contention, true, bursts, stallNanos);
  }

  ServiceModel bursting(double swing) {
    return new ServiceModel(
        name, workers, meanNanos, time, contention, sharing, swing, stallNanos);
  }

  ServiceModel stalling(double millis) {
    return new ServiceModel(
        name, workers, meanNanos, time, contention, sharing, bursts, (long) (millis * 1_000_000));
  }

  /** Returns the pieces per second that it can finish. */
  double capacity() {
    return workers * 1e9 / meanNanos;
  }
}
