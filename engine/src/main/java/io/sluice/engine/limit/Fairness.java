package io.sluice.engine.limit;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.List;
import java.util.Map;

/**
 * Between whom what there is is shared while they wait.
 *
 * @param by what makes a flow; flows are served in turn
 * @param attributes with {@link By#ATTRIBUTES}, the 1..8 attributes whose values make a flow
 * @param weights how much a flow gets, by its name, 1..1000; a flow that is not named gets 1; empty
 *     where more than one attribute makes a flow; at most 1000
 */
public record Fairness(By by, List<String> attributes, Map<String, Integer> weights) {
  /** Clients are served in turn. */
  public static final Fairness BY_CLIENT = new Fairness(By.CLIENT, List.of(), Map.of());

  /** First come, first served. */
  public static final Fairness NONE = new Fairness(By.NOBODY, List.of(), Map.of());

  private static final int MAX_WEIGHT = 1000;
  private static final int MAX_WEIGHTS = 1000;

  /** What makes a flow. */
  public enum By {
    /** All are one flow. */
    NOBODY,
    /** The client id. */
    CLIENT,
    /** The values of attributes of the first demand on the limit. */
    ATTRIBUTES
  }

  /** Checks the bounds. */
  public Fairness {
    attributes = List.copyOf(attributes);
    weights = Map.copyOf(weights);
    Bounds.requireRange(
        "queue.fairness entries",
        attributes.size(),
        by == By.ATTRIBUTES ? 1 : 0,
        by == By.ATTRIBUTES ? 8 : 0);
    for (String attribute : attributes) {
      Bounds.requireText("queue.fairness", attribute, 1, Bounds.MAX_NAME_BYTES);
    }
    Bounds.requireRange("queue.weights entries", weights.size(), 0, MAX_WEIGHTS);
    if (!weights.isEmpty() && (by == By.NOBODY || attributes.size() > 1)) {
      throw new InvalidArgumentException(
          "queue.weights", "must be empty unless the client or one attribute makes a flow");
    }
    weights.forEach(
        (flow, weight) -> Bounds.requireRange("queue.weights." + flow, weight, 1, MAX_WEIGHT));
  }

  /** Flows made by attributes, served in turn. */
  public static Fairness by(String... attributes) {
    return new Fairness(By.ATTRIBUTES, List.of(attributes), Map.of());
  }

  /** The same flows with weights. */
  public Fairness withWeights(Map<String, Integer> newWeights) {
    return new Fairness(by, attributes, newWeights);
  }

  /** Returns the flow of an acquire: the values that make it, in order. */
  public List<String> flow(Acquire acquire, Demand demand) {
    return switch (by) {
      case NOBODY -> List.of();
      case CLIENT -> List.of(acquire.clientId());
      case ATTRIBUTES ->
          attributes.stream().map(name -> demand.attributes().getOrDefault(name, "")).toList();
    };
  }

  /** Returns how much a flow gets beside others. */
  public int weight(List<String> flow) {
    return weights.isEmpty() ? 1 : weights.getOrDefault(flow.get(0), 1);
  }
}
