package io.sluice.engine.store;

import io.sluice.engine.model.LeaseState;

/**
 * A lease that a call ended, or that gave back more of what it took: something came free.
 *
 * @param lease as it is afterwards
 * @param before where it stood before: granted, suspended or quarantined
 */
public record LeaseEnd(Lease lease, LeaseState before) {}
