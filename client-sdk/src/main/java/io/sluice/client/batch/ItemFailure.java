package io.sluice.client.batch;

/**
 * An item that failed in every attempt.
 *
 * @param <T> the item
 * @param index its place in its batch, from 0
 * @param item which
 * @param error why, the last time
 */
public record ItemFailure<T>(int index, T item, Throwable error) {}
