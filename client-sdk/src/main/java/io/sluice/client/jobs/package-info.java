/**
 * Jobs that run a few at a time over all processes, and permits of GPUs for what they do.
 *
 * <p>{@link io.sluice.client.jobs.JobManager} takes jobs in, lets the server say when each may run,
 * and tells how each ended; {@link io.sluice.client.jobs.GpuPermit} guards a part of a job. A
 * permit asked for inside a job, or a job inside a permit, rides on what its thread holds.
 */
@NullMarked
package io.sluice.client.jobs;

import org.jspecify.annotations.NullMarked;
