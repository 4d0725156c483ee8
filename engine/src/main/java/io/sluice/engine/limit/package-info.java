/**
 * Limits as configured: what they match, how they split, what they count; and the table that finds
 * the limits of a demand.
 */
@NullMarked
package io.sluice.engine.limit;

import org.jspecify.annotations.NullMarked;
