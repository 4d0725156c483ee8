/**
 * Work in batches over sources of any length, and how far it is.
 *
 * <p>{@link io.sluice.client.batch.BatchProcessor} reads as it goes, asks for one lease for each
 * batch, and tries what failed again; {@link io.sluice.client.batch.Progress} counts, and {@link
 * io.sluice.client.batch.ProgressBar} shows it.
 */
@NullMarked
package io.sluice.client.batch;

import org.jspecify.annotations.NullMarked;
