package io.sluice.engine.adaptive.concurrency;

/**
 * What a controller keeps over a restart. It holds no time of any clock.
 *
 * @param limit the limit, with its fraction; finite and above 0
 * @param baseline the latency of the service with nothing waiting inside, in the unit of the
 *     controller; 0 = not known
 * @param weight the pieces of work that the baseline is worth
 */
public record SavedConcurrency(double limit, double baseline, double weight) {}
