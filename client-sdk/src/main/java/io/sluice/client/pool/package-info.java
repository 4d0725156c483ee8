/**
 * A pool of workers, each of whose tasks may run under a lease.
 *
 * <p>{@link io.sluice.client.pool.WorkerPool} spreads items over threads and keeps their order;
 * {@link io.sluice.client.pool.Sizing} and {@link io.sluice.client.pool.Environment} say how many
 * may run at once. What more than one process shares is limited by the server alone.
 */
@NullMarked
package io.sluice.client.pool;

import org.jspecify.annotations.NullMarked;
