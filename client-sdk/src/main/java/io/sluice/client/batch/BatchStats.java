package io.sluice.client.batch;

/**
 * What a processor did since it was built.
 *
 * @param batches batches that ended
 * @param items their items
 * @param retries attempts after the first ones
 * @param failures items that failed in every attempt
 * @param size how many items the next batch has
 */
public record BatchStats(long batches, long items, long retries, long failures, int size) {}
