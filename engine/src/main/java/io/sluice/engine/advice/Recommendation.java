package io.sluice.engine.advice;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that may be worth a change.
 *
 * @param id which rule made it
 * @param severity how much it matters
 * @param limit the limit that it is about; empty = none
 * @param resource the resource that it is about; empty = none
 * @param text what was seen and what it means, for people
 * @param evidence the figures that it was made from, by name; ratios as shares of one, times in
 *     seconds
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
  /** Copies the evidence, in its order. */
  public Recommendation {
    evidence = Collections.unmodifiableMap(new LinkedHashMap<>(evidence));
  }

  /** One about a limit. */
  static Recommendation ofLimit(
      String id,
      Severity severity,
      String limit,
      String text,
      Map<String, Double> evidence,
      String change) {
    return new Recommendation(id, severity, limit, "", text, evidence, change);
  }

  /** One about a resource. */
  static Recommendation ofResource(
      String id,
      Severity severity,
      String resource,
      String text,
      Map<String, Double> evidence,
      String change) {
    return new Recommendation(id, severity, "", resource, text, evidence, change);
  }
}
