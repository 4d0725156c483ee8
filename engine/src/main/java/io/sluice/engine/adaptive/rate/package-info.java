/**
 * What finds the rate that a provider bears, from how work ended: four controllers behind {@link
 * io.sluice.engine.adaptive.rate.RateController}, and what they have in common.
 *
 * <p>Arithmetic on a few numbers for each limit and key; no buckets, no queues, no names. Time and
 * chance come in as arguments.
 */
@NullMarked
package io.sluice.engine.adaptive.rate;

import org.jspecify.annotations.NullMarked;
