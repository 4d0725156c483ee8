/**
 * How permits come back with time: the exact-integer token bucket, and windows that slide, are of
 * fixed length or follow the calendar. Arithmetic on a few numbers, nothing else.
 *
 * <p>No policies, no names, no waiting; time comes in as nanoseconds, and the time of day as data.
 */
@NullMarked
package io.sluice.engine.rate;

import org.jspecify.annotations.NullMarked;
