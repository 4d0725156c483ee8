package io.sluice.engine.model;

/**
 * What a limit has left.
 *
 * @param limit the name of the limit
 * @param remaining permits left in the caller's bucket; negative after the limit was lowered
 * @param limitValue the whole of it: burst, maximum or slots
 */
public record LimitState(String limit, long remaining, long limitValue) {}
