package io.sluice.server.config;

import io.sluice.engine.limit.Fairness;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Between whom a limit is shared: a word or a list of attributes; and their weights. */
final class FairnessText {
  private static final int MAX_ATTRIBUTES = 8;
  private static final int MAX_WEIGHTS = 1000;
  private static final int MAX_WEIGHT = 1000;
  private static final String WHAT = "client, none or a list such as [tenant]";

  private FairnessText() {}

  /** {@code client}, {@code none}, or names of attributes. */
  static Type<Fairness> type() {
    Type<List<String>> names = Text.names(MAX_ATTRIBUTES);
    return new Type<>(
        "`client`, `none` or list of names",
        "1.." + MAX_ATTRIBUTES + " names",
        Type.Form.ANY,
        tree -> {
          if (tree instanceof Tree.Scalar scalar) {
            return word(scalar.text());
          }
          List<String> attributes = names.read(tree);
          if (attributes.isEmpty()) {
            throw InvalidValue.butWas(WHAT, "[]");
          }
          return Fairness.by(attributes.toArray(String[]::new));
        });
  }

  /** A map from flows to how much they get. */
  static Type<Map<String, Integer>> weights() {
    Type<Map<String, String>> texts = Text.map(MAX_WEIGHTS);
    return new Type<>(
        "map of numbers",
        "1.." + MAX_WEIGHT + " each, 0.." + MAX_WEIGHTS + " entries",
        Type.Form.COLLECTION,
        tree -> {
          Map<String, Integer> weights = new LinkedHashMap<>();
          for (Map.Entry<String, String> entry : texts.read(tree).entrySet()) {
            Long weight = WholeNumber.number(entry.getValue(), "a whole number");
            weights.put(
                entry.getKey(),
                Math.toIntExact(WholeNumber.within(weight, entry.getValue(), 1, MAX_WEIGHT)));
          }
          return weights;
        });
  }

  private static Fairness word(String text) throws InvalidValue {
    return switch (text) {
      case "client" -> Fairness.BY_CLIENT;
      case "none" -> Fairness.NONE;
      default -> throw InvalidValue.butWas(WHAT, text);
    };
  }
}
