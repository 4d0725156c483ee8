/**
 * The store that keeps everything in this process. Not thread-safe; the engine is its one caller.
 */
@NullMarked
package io.sluice.engine.store.memory;

import org.jspecify.annotations.NullMarked;
