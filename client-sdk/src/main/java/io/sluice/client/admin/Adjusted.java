package io.sluice.client.admin;

/**
 * What multiplying an adaptive limit led to, the lowest of its buckets; 0 if it has none.
 *
 * @param from what it was, in permits per second or at once
 * @param to what it is
 */
public record Adjusted(double from, double to) {}
