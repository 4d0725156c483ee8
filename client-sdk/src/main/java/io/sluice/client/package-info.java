/**
 * The Java client of Sluice: acquire, hold, renew and give back.
 *
 * <p>{@link io.sluice.client.SluiceClient} is the way in, {@link io.sluice.client.Demand} and
 * {@link io.sluice.client.Acquisition} say what is asked for, {@link io.sluice.client.Lease} is
 * what one gets, {@link io.sluice.client.ConcurrencyException} is why not.
 *
 * <p>{@link io.sluice.client.SluiceAdmin} changes what the server limits, and {@link
 * io.sluice.client.SluiceClient#statistics} tells what it counts.
 *
 * <p>Three kinds of threads work here, all daemons of one client, none shared with the application:
 * {@code sluice-io} moves bytes and completes internal futures, {@code sluice-renewal} starts
 * renewals and retries, {@code sluice-callback} and {@code sluice-listener} run the application's
 * code. The first two never do.
 *
 * <p>No protobuf or gRPC type appears in what a caller passes or gets, but for the channel that a
 * caller may bring. Decisions are the server's; nothing here admits anything by itself.
 */
@NullMarked
package io.sluice.client;

import org.jspecify.annotations.NullMarked;
