/**
 * Rates as a program uses them: {@link io.sluice.client.rate.RateLimiter} is a handle on one limit,
 * {@link io.sluice.client.rate.RateLimiterPool} on one for each key and one for all together,
 * {@link io.sluice.client.rate.Reservation} is what was charged ahead of its use.
 *
 * <p>Every decision is the server's: nothing here counts tokens. What is counted is what came back.
 */
@NullMarked
package io.sluice.client.rate;

import org.jspecify.annotations.NullMarked;
