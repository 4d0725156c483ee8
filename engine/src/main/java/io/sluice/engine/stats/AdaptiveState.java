package io.sluice.engine.stats;

/**
 * Where an adaptive limit stands.
 *
 * @param current the permits per second of a rate, or the leases at once, that are in force now
 * @param floor the least that it may become
 * @param ceiling the most that it may become
 * @param lastCause why it last changed; empty = it never did
 * @param changedFrom what it was before
 * @param changedAgoNanos how long ago that was; 0 = it never changed
 * @param heldForNanos how long it gives out nothing yet, as the other side asked; 0 = it does
 */
public record AdaptiveState(
    double current,
    double floor,
    double ceiling,
    String lastCause,
    double changedFrom,
    long changedAgoNanos,
    long heldForNanos) {}
