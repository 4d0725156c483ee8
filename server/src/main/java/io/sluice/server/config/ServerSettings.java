package io.sluice.server.config;

import org.jspecify.annotations.Nullable;

/**
 * Settings of the server around the engine.
 *
 * @param listen where gRPC is served over TCP
 * @param udsPath the Unix socket where gRPC is served too; null = none
 * @param admin where the admin pages are served over HTTP; null = nowhere
 * @param insecure addresses other machines can reach are accepted, without TLS and authentication
 * @param drainGraceNanos how long a shutdown waits for what is in flight
 * @param maxMessageBytes the longest request message
 * @param maxConcurrentCalls the most calls in flight on one connection
 * @param reloadIntervalNanos how often the configuration file is looked at; 0 = never
 * @param logLevel the least severe messages that are logged
 */
public record ServerSettings(
    HostPort listen,
    @Nullable String udsPath,
    @Nullable HostPort admin,
    boolean insecure,
    long drainGraceNanos,
    int maxMessageBytes,
    int maxConcurrentCalls,
    long reloadIntervalNanos,
    LogLevel logLevel) {}
