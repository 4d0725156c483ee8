package io.sluice.client;

import java.time.Duration;
import java.util.Optional;

/**
 * A limit that stands in the way of an acquire.
 *
 * @param limit the name of the limit
 * @param resource the resource of the demand that it blocks
 * @param reason why it blocks
 * @param retryAfter the least time until this limit alone could admit the ask; empty where it
 *     cannot be known
 * @param message for people: numbers, and for devices the first reason of each device
 */
public record Blocker(
    String limit,
    String resource,
    DenialReason reason,
    Optional<Duration> retryAfter,
    String message) {}
