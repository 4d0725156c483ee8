package io.sluice.engine.store;

import java.util.List;

/**
 * What finds a bucket again after a restart.
 *
 * @param limit the name of its limit
 * @param key the values of its key; none for the only bucket of a limit without a key
 * @param others whether it is the one that keys beyond {@code max_keys} share
 */
public record BucketName(String limit, List<String> key, boolean others) {}
