package io.sluice.server.config;

/**
 * A value in force and where it is from.
 *
 * @param value the value as written
 * @param source {@code default}, {@code sluice.yaml:12}, {@code env SLUICE_…}, {@code --set}; what
 *     else had a part in it stands in brackets
 */
public record Setting(String value, String source) {}
