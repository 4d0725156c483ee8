package io.sluice.server.redis;

/**
 * What happened between this process and Redis since it began.
 *
 * @param postings postings that were answered
 * @param batches scripts that made them
 * @param resent scripts that Redis had forgotten, and was sent again
 * @param timeouts scripts that were not answered in time
 * @param failures scripts that were refused, or whose connection was cut
 * @param breakerOpened how often Redis was no longer asked
 * @param lastNanos how long the last script took, there and back
 * @param meanNanos how long they took on average
 * @param longestNanos how long the longest took
 */
public record LedgerFigures(
    long postings,
    long batches,
    long resent,
    long timeouts,
    long failures,
    long breakerOpened,
    long lastNanos,
    long meanNanos,
    long longestNanos) {}
