package io.sluice.client.statistics;

import java.time.Duration;

/**
 * A figure that has been beyond its threshold for long enough, and has not come back.
 *
 * @param id which: {@code error_ratio}, {@code mean_latency}, {@code heap} or {@code cpu}
 * @param value the figure; times in seconds, others as shares of one
 * @param threshold what it has to exceed
 * @param activeFor how long the alert has been active
 */
public record ActiveAlert(String id, double value, double threshold, Duration activeFor) {}
