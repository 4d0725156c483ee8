package io.sluice.client;

import java.time.Duration;

/**
 * What a client was built with.
 *
 * @param clientId who asks, 1..128 bytes
 * @param timeout of one call, its retries included, the wait in the queue apart
 * @param renewal whether held leases are renewed
 * @param maxLeases leases held, and acquires and releases under way, together
 * @param maxAttempts attempts of one acquire or release
 */
record Settings(
    String clientId, Duration timeout, boolean renewal, int maxLeases, int maxAttempts) {
  Settings {
    Bounds.text("clientId", clientId, 1, 128);
    Bounds.inRange("defaultTimeout", timeout, Duration.ofMillis(10), Duration.ofHours(1));
    Bounds.inRange("maxLeases", maxLeases, 1, 10_000_000);
    Bounds.inRange("maxAttempts", maxAttempts, 1, 16);
  }
}
