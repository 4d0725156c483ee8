package io.sluice.client.statistics;

import java.util.Map;

/**
 * Something that the statistics suggest to change.
 *
 * @param id which rule made it, as {@code queue_nearly_full}
 * @param severity how much it matters
 * @param limit that it is about; empty = none
 * @param resource that it is about; empty = none
 * @param text what was seen and what it means, for people
 * @param evidence the figures that it was made from; ratios as shares of one, times in seconds
 * @param change what to change in the configuration, for people
 */
public record Recommendation(
    String id,
    Severity severity,
    String limit,
    String resource,
    String text,
    Map<String, Double> evidence,
    String change) {

  /** How much it matters. */
  public enum Severity {
    /** Something could be better. */
    INFO,
    /** Work is slowed down or refused without need. */
    WARNING,
    /** Work fails. */
    CRITICAL,
    /** A severity that this version does not know. */
    UNRECOGNIZED
  }
}
