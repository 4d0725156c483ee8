package io.sluice.client;

import java.util.Optional;

/**
 * One thing in which two acquires of the same work differ.
 *
 * @param field what it is, such as {@code demands[0].attributes[amount]}
 * @param existing what the first asked for; empty = it did not
 * @param asked what the second asks for; empty = it does not
 */
public record Difference(String field, Optional<String> existing, Optional<String> asked) {}
