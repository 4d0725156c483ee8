/**
 * What the server counts, as values: {@link io.sluice.client.statistics.Statistics} is one
 * snapshot, all of it taken at one moment. Records only; nothing here calls anybody.
 *
 * <p>What the figures mean is what docs/statistics.md says of the fields of the same name.
 */
@NullMarked
package io.sluice.client.statistics;

import org.jspecify.annotations.NullMarked;
