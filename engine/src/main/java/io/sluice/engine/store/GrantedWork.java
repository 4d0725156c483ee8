package io.sluice.engine.store;

import io.sluice.engine.model.Acquire;

/**
 * Work that was granted under a name which is kept for its time to live.
 *
 * @param acquire what was asked
 * @param grantedAtNanos when it was granted
 */
public record GrantedWork(Acquire acquire, long grantedAtNanos) {}
