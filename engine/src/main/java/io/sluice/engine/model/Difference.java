package io.sluice.engine.model;

import org.jspecify.annotations.Nullable;

/**
 * One thing in which two acquires of the same work differ.
 *
 * @param field what it is, such as {@code demands[0].attributes[amount]}
 * @param existing what the first asked for; null = it did not
 * @param asked what the second asks for; null = it does not
 */
public record Difference(String field, @Nullable String existing, @Nullable String asked) {}
