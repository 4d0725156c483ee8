/**
 * The exact-integer token bucket: arithmetic on one level and one instant, nothing else.
 *
 * <p>No policies, no names, no waiting; time comes in as nanoseconds.
 */
@NullMarked
package io.sluice.engine.rate;

import org.jspecify.annotations.NullMarked;
