/** Counters, and the snapshots made of them. Counting changes no decision. */
@NullMarked
package io.sluice.engine.stats;

import org.jspecify.annotations.NullMarked;
