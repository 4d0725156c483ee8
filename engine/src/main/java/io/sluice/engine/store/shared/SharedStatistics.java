package io.sluice.engine.store.shared;

/**
 * How a store stands to what it shares, at one moment.
 *
 * @param reachable whether the ledger answers
 * @param learning whether nothing that is held is given out, because it is not known what is
 * @param localShare whether this process decides by itself
 * @param processes how many processes share; the last known number while the ledger does not answer
 * @param fallbackGrants claims that were granted without the ledger
 * @param sliceTokens permits of rates that were taken ahead and not given out yet
 * @param pendingChanges what the ledger has still to be told
 */
public record SharedStatistics(
    boolean reachable,
    boolean learning,
    boolean localShare,
    int processes,
    long fallbackGrants,
    long sliceTokens,
    int pendingChanges) {}
