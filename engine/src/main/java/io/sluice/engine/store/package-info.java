/**
 * The seam behind which usage lives: what a store must do, and the values that cross.
 *
 * <p>One decision is one call, which a store answers at once or later. No queue and no statistics
 * here; those are the engine's, wherever the state is.
 */
@NullMarked
package io.sluice.engine.store;

import org.jspecify.annotations.NullMarked;
