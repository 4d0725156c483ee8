package io.sluice.engine.breaker;

import org.jspecify.annotations.Nullable;

/**
 * A breaker at one moment.
 *
 * @param state its state
 * @param sinceNanos since when
 * @param retryAtNanos when to come back if nothing may begin now; the moment itself if it may
 * @param opened how often it opened, reopening included
 * @param calls how much ended work it judges by: of the window while closed, of the probes while
 *     half-open; 0 while open
 * @param failureRatio the share of that which failed, 0..1; while open, the share it opened on
 * @param slowRatio the share of that which was slow, 0..1; while open, the share it opened on
 * @param probesUnderWay probes that have not ended
 * @param lastCause why it came into its state; null = it never left the first
 */
public record BreakerSnapshot(
    Breaker.State state,
    long sinceNanos,
    long retryAtNanos,
    long opened,
    int calls,
    double failureRatio,
    double slowRatio,
    int probesUnderWay,
    @Nullable Cause lastCause) {}
