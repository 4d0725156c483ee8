package io.sluice.engine.store;

/**
 * What is taken of one limit, over all its buckets, at one moment.
 *
 * @param buckets buckets that exist
 * @param used what is taken, summed
 * @param available what is left, summed; negative after the limit was lowered below what is held
 */
public record Usage(long buckets, long used, long available) {}
