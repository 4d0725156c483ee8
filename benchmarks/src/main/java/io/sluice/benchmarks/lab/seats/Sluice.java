package io.sluice.benchmarks.lab.seats;

import io.sluice.engine.adaptive.concurrency.ConcurrencyController;
import io.sluice.engine.adaptive.concurrency.Ending;

/** A controller of the engine as a limiter. */
final class Sluice implements Limiter {
  private final ConcurrencyController controller;

  Sluice(ConcurrencyController controller) {
    this.controller = controller;
  }

  @Override
  public long limit() {
    return controller.limit();
  }

  @Override
  public void started(long inFlight, long nowNanos) {
    controller.started(inFlight, nowNanos);
  }

  @Override
  public void ended(boolean dropped, long startedNanos, long inFlight, long nowNanos) {
    controller.ended(dropped ? Ending.DROPPED : Ending.SERVED, startedNanos, inFlight, nowNanos);
  }

  @Override
  public void advance(long nowNanos) {
    controller.advance(nowNanos);
  }

  @Override
  public long nextNanos() {
    return controller.nextNanos();
  }
}
