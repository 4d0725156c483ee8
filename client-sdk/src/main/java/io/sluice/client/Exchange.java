package io.sluice.client;

/**
 * An answer, and when what led to it was sent and received, on the client's clock.
 *
 * @param answer the message
 * @param firstSentNanos when the first attempt was sent
 * @param sentNanos when the attempt that was answered was sent
 * @param receivedNanos when the answer was there
 */
record Exchange<A>(A answer, long firstSentNanos, long sentNanos, long receivedNanos) {}
