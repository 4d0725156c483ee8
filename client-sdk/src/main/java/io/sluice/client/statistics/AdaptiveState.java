package io.sluice.client.statistics;

import java.time.Duration;

/**
 * Where an adaptive limit stands.
 *
 * @param current permits per second of a rate, or leases at once, in force now
 * @param floor the least that it may become
 * @param ceiling the most that it may become
 * @param lastCause why it last changed; empty = it never did
 * @param changedFrom what it was before
 * @param changedAgo how long ago it changed
 * @param heldFor how long it gives out nothing yet, as the other side asked; zero = it does
 */
public record AdaptiveState(
    double current,
    double floor,
    double ceiling,
    String lastCause,
    double changedFrom,
    Duration changedAgo,
    Duration heldFor) {}
