package io.sluice.engine.store;

import java.util.List;

/**
 * What of the time before a restart others than the store have to know of.
 *
 * @param leases the leases that are back, but those that are like many and teach nothing
 * @param lately what was granted lately under a name that is kept for its time to live, and has
 *     ended or made no lease
 */
public record Restored(List<Lease> leases, List<GrantedWork> lately) {}
