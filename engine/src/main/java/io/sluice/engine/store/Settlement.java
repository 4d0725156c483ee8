package io.sluice.engine.store;

/**
 * What a release changed of one charge that was an estimate.
 *
 * @param charge the charge
 * @param permits actual less estimate: above 0 was debited, below 0 was given back
 * @param overrun of what was to be debited, what the debt had no room for
 */
public record Settlement(Charge charge, long permits, long overrun) {}
