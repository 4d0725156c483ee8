package io.sluice.engine.learning;

/**
 * What an adjustment came to: the lowest of the buckets of a limit, in permits per second or at
 * once; 0 if it has none.
 *
 * @param from before it
 * @param to after it
 */
public record Adjusted(double from, double to) {}
