/**
 * Work as many tasks: {@link io.sluice.client.tasks.ConcurrencyManager} runs them, as many at once
 * and as fast as the server lets it, in the order of their priorities; {@link
 * io.sluice.client.tasks.PerformanceMonitor} measures how they go.
 *
 * <p>Who may go now is the server's decision, for all processes together. What is here are the
 * threads that work, the bounded queue before them, and the counts of what came of it.
 */
@NullMarked
package io.sluice.client.tasks;

import org.jspecify.annotations.NullMarked;
