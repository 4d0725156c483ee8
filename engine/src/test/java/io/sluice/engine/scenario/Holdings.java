package io.sluice.engine.scenario;

import io.sluice.engine.limit.Policy;

/** What was held of the limit in a run, as the store of the engine knows it. */
final class Holdings {
  private final double[] heldAt;
  private final double[] limitAt;
  private final long fromNanos;
  private Policy policy;
  private long held;
  private int waiting;
  private long most;
  private long above;
  private double heldNanos;
  private double limitNanos;
  private long idleNanos;
  private long sinceNanos;

  /** The most, over all intervals that end now, of what was granted less what the rate brought. */
  private double credit;

  private double burst;
  private long creditAtNanos;

  Holdings(Scenario scenario, Policy policy) {
    heldAt = new double[scenario.intervals()];
    limitAt = new double[scenario.intervals()];
    fromNanos = scenario.warmUpNanos();
    this.policy = policy;
  }

  Policy policy() {
    return policy;
  }

  /** Notes how much is held, and how many wait, from now on. */
  void held(long permits, int waitingNow, long nowNanos) {
    long counted = Math.max(0, nowNanos - Math.max(fromNanos, sinceNanos));
    heldNanos += (double) held * counted;
    limitNanos += (double) policy.capacity() * counted;
    idleNanos += waiting > 0 && held < policy.capacity() ? counted : 0;
    sinceNanos = nowNanos;
    held = permits;
    waiting = waitingNow;
    most = Math.max(most, permits);
  }

  /** Notes a grant, which {@link #held} includes. */
  void granted(long permits, long nowNanos) {
    if (policy instanceof Policy.Rate rate) {
      settle(rate, nowNanos);
      credit += permits;
      burst = Math.max(burst, credit);
    } else if (held > policy.capacity()) {
      above++;
    }
  }

  void changed(Policy newPolicy, long nowNanos) {
    held(held, waiting, nowNanos);
    if (policy instanceof Policy.Rate rate) {
      settle(rate, nowNanos);
    }
    policy = newPolicy;
  }

  void intervalEnded(int interval) {
    heldAt[interval] = held;
    limitAt[interval] = policy.capacity();
  }

  double[] heldOverTime() {
    return heldAt;
  }

  double[] limitOverTime() {
    return limitAt;
  }

  long most() {
    return most;
  }

  /** Returns how many grants were given that left more held than the limit then was. */
  long above() {
    return above;
  }

  /** Returns the least burst with which a bucket of the rate could have given these grants. */
  double burst() {
    return burst;
  }

  double utilization() {
    return heldNanos / limitNanos;
  }

  /** Returns for how many seconds there was a free permit while somebody waited. */
  double idle() {
    return idleNanos / 1e9;
  }

  private void settle(Policy.Rate rate, long nowNanos) {
    double perNano = (double) rate.scale().permits() / rate.scale().periodNanos();
    credit = Math.max(0, credit - perNano * (nowNanos - creditAtNanos));
    creditAtNanos = nowNanos;
  }
}
