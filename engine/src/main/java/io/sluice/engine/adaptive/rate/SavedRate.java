package io.sluice.engine.adaptive.rate;

/**
 * What must survive a restart of a controller. Any values may be given back: what makes no sense is
 * brought into range.
 *
 * @param rate permits per second
 * @param plateau permits per second that the controller returns to or began to grow from; for those
 *     that have none, the rate
 * @param ageNanos how long ago the plateau was set, as far as it counts; 0 or more
 * @param learned whether the provider has refused anything yet
 * @param holdNanos how long nothing may start from now; 0 = nothing holds
 */
public record SavedRate(
    double rate, double plateau, long ageNanos, boolean learned, long holdNanos) {}
