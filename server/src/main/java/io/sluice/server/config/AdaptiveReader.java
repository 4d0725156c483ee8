package io.sluice.server.config;

import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what finds the rate or the concurrency of a limit from how work ends. */
final class AdaptiveReader {
  private static final String RATE = "a rate";
  private static final String CONCURRENCY = "a concurrency";

  /** What suits a rate, the default first. */
  private static final List<Suited> OF_RATES =
      List.of(
          new Suited(Controller.GOVERNOR, Keys.ADAPTIVE_BACKOFF, Keys.ADAPTIVE_RECOVERY),
          new Suited(
              Controller.AIMD,
              Keys.ADAPTIVE_THROTTLED_FACTOR,
              Keys.ADAPTIVE_ERROR_FACTOR,
              Keys.ADAPTIVE_INCREASE,
              Keys.ADAPTIVE_COOLDOWN),
          new Suited(
              Controller.SUCCESS_RATIO,
              Keys.ADAPTIVE_WINDOW,
              Keys.ADAPTIVE_RAISE_ABOVE,
              Keys.ADAPTIVE_RAISE_FACTOR,
              Keys.ADAPTIVE_LOWER_BELOW,
              Keys.ADAPTIVE_LOWER_FACTOR),
          new Suited(Controller.AWS_CUBIC),
          new Suited(Controller.FIXED));

  /** What suits a concurrency, the default first. */
  private static final List<Suited> OF_CONCURRENCY =
      List.of(
          new Suited(Controller.GRADIENT_PROBE),
          new Suited(Controller.AIMD, Keys.ADAPTIVE_BACKOFF, Keys.ADAPTIVE_TIMEOUT),
          new Suited(Controller.VEGAS),
          new Suited(Controller.FIXED));

  private static final List<Key<?>> OF_EACH =
      List.of(Keys.ADAPTIVE_MAX, Keys.ADAPTIVE_MIN, Keys.ADAPTIVE_INITIAL);

  /** The keys of fields that only the engine compares with others. */
  private static final Map<String, Key<?>> KEYS =
      Map.of(
          "backoff", Keys.ADAPTIVE_BACKOFF,
          "increasePerSecond", Keys.ADAPTIVE_INCREASE,
          "lowerBelow", Keys.ADAPTIVE_LOWER_BELOW);

  private final Section adaptive;
  private final String kind;
  private final List<Suited> suited;

  private AdaptiveReader(Section adaptive, String kind, List<Suited> suited) {
    this.adaptive = adaptive;
    this.kind = kind;
    this.suited = suited;
  }

  /** Reads the section of what adapts; nothing is learnt if anything is wrong with it. */
  static Learning read(Section adaptive, Policy policy) {
    String refusal = Learning.refusal(policy);
    if (refusal != null) {
      adaptive.problem(refusal);
    }
    if (policy instanceof Policy.Rate rate) {
      AdaptiveRate rates = new AdaptiveRate(adaptive, rate.scale());
      return new AdaptiveReader(adaptive, RATE, OF_RATES)
          .read(controller -> Learning.NONE.withRate(rates.read(controller)));
    }
    if (policy instanceof Policy.Concurrency concurrency) {
      AdaptiveConcurrency seats = new AdaptiveConcurrency(adaptive, concurrency.max());
      return new AdaptiveReader(adaptive, CONCURRENCY, OF_CONCURRENCY)
          .read(controller -> Learning.NONE.withConcurrency(seats.read(controller)));
    }
    return Learning.NONE;
  }

  private Learning read(Reader reader) {
    int problemsBefore = adaptive.problemCount();
    Controller fallback = suited.get(0).controller;
    Controller controller = adaptive.get(Keys.ADAPTIVE_CONTROLLER, fallback, fallback.word());
    Suited own = suited.stream().filter(it -> it.controller == controller).findFirst().orElse(null);
    if (own == null) {
      adaptive.problem(
          Keys.ADAPTIVE_CONTROLLER.name(),
          "must be " + words() + " for " + kind + " but was " + controller.word());
      return Learning.NONE;
    }
    refuseForeign(own);
    if (controller == Controller.FIXED) {
      return Learning.NONE;
    }
    try {
      Learning learning = reader.read(controller);
      return adaptive.problemCount() > problemsBefore ? Learning.NONE : learning;
    } catch (InvalidArgumentException e) {
      if (adaptive.problemCount() == problemsBefore) { // else it is of what stands in for another
        refuse(e);
      }
      return Learning.NONE;
    }
  }

  private void refuseForeign(Suited own) {
    boolean adapts = own.controller != Controller.FIXED;
    for (Key<?> key : Keys.ALL_OF_ADAPTIVE) {
      boolean isOwn = own.keys.contains(key) || (adapts && OF_EACH.contains(key));
      if (!isOwn && adaptive.has(key.name())) {
        adaptive.problem(
            key.name(),
            "must not be there with controller: "
                + own.name(kind)
                + ", only with "
                + (OF_EACH.contains(key) ? "another" : owners(key)));
      }
    }
  }

  private static String owners(Key<?> key) {
    return Stream.concat(
            OF_RATES.stream().filter(it -> it.keys.contains(key)).map(it -> it.name(RATE)),
            OF_CONCURRENCY.stream()
                .filter(it -> it.keys.contains(key))
                .map(it -> it.name(CONCURRENCY)))
        .collect(Collectors.joining(" and "));
  }

  private void refuse(InvalidArgumentException e) {
    Key<?> key = KEYS.get(e.field());
    if (key == null) {
      adaptive.problem(String.valueOf(e.getMessage()));
    } else {
      adaptive.problem(key.name(), Text.withoutField(e));
    }
  }

  private String words() {
    List<String> words = suited.stream().map(it -> it.controller.word()).toList();
    int last = words.size() - 1;
    return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }

  /** Reads the rules of a controller that adapts. */
  private interface Reader {
    Learning read(Controller controller);
  }

  /** A controller, and the keys that are of it alone. */
  private record Suited(Controller controller, List<Key<?>> keys) {
    Suited(Controller controller, Key<?>... keys) {
      this(controller, List.of(keys));
    }

    /** Returns its word, and of what it is if there is another of the same word. */
    String name(String kind) {
      return controller == Controller.AIMD ? controller.word() + " of " + kind : controller.word();
    }
  }
}
