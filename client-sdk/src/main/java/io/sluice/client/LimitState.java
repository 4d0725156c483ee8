package io.sluice.client;

/**
 * What a limit had left at the moment of the grant.
 *
 * @param limit the name of the limit
 * @param remaining permits left for this caller's bucket; negative after the limit was lowered
 *     below what is held
 * @param limitValue the whole of it: burst, maximum or slots
 */
public record LimitState(String limit, long remaining, long limitValue) {}
