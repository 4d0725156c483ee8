package io.sluice.server.config;

import org.jspecify.annotations.Nullable;

/**
 * Where state is kept beyond the process.
 *
 * @param dir the directory of the journal; null = nowhere
 * @param fsync when it is forced to the device
 * @param fsyncIntervalNanos with {@link FsyncMode#INTERVAL}, how often
 * @param trustWallClock whether time passed while no process ran, as the wall clock tells
 * @param acceptDamage whether a damaged journal is cut where the damage begins
 * @param redis where limits are shared; null = nowhere
 */
public record StateSettings(
    @Nullable String dir,
    FsyncMode fsync,
    long fsyncIntervalNanos,
    boolean trustWallClock,
    boolean acceptDamage,
    @Nullable RedisStateSettings redis) {}
