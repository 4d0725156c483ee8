package io.sluice.engine.scenario;

import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import java.util.List;

/**
 * What one file describes.
 *
 * @param name the name of the file
 * @param chapter where it stands in the report
 * @param text what the report says about it
 * @param durationNanos how long each run is
 * @param warmUpNanos from when on figures count
 * @param intervalNanos the time that each point of a curve is for
 * @param capacity answers a second that there can be at most; 0 = not told
 * @param loads the factors on arrivals that each variant is run with
 */
record Scenario(
    String name,
    Chapter chapter,
    String title,
    String text,
    long seed,
    long durationNanos,
    long warmUpNanos,
    long intervalNanos,
    double capacity,
    List<Clients> clients,
    List<Variant> variants,
    List<Double> loads,
    List<Figure> table,
    List<Chart> charts,
    List<Claim> claims) {
  /** All clients together. */
  static final String ALL = "all";

  int intervals() {
    return (int) (durationNanos / intervalNanos);
  }

  /** A part of the report. */
  enum Chapter {
    FAIRNESS,
    STARVATION,
    OVERLOAD,
    RECOVERY
  }

  /**
   * Rules under which the load is run.
   *
   * @param limit what everybody asks for
   * @param changes what happens on the way, in order
   */
  record Variant(String name, Limit limit, List<Change> changes) {
    long lastChangeNanos() {
      return changes.stream().mapToLong(Change::atNanos).max().orElse(0);
    }
  }

  /** What happens at a moment. */
  sealed interface Change {
    long atNanos();

    /**
     * Every client that holds something dies, and another comes in its place: what it held is
     * neither renewed nor released, and what it waited for is cancelled.
     */
    record Crash(long atNanos) implements Change {}

    /** Arrivals are so many times those described. */
    record Load(long atNanos, double factor) implements Change {}

    /** The limit is another. */
    record NewPolicy(long atNanos, Policy policy) implements Change {}

    /** Nothing starts any more; who asks waits. */
    record Pause(long atNanos) implements Change {}

    /** The pause ends. */
    record Resume(long atNanos) implements Change {}
  }

  /**
   * What is drawn.
   *
   * @param file the name of the image, without its ending
   * @param curve what is drawn over time; null if {@code figure} is
   * @param figure what is drawn over load; null if {@code curve} is
   * @param fromNanos from when on a curve is drawn
   * @param untilNanos up to when
   */
  record Chart(
      String file,
      String title,
      Curve curve,
      Figure figure,
      List<String> clients,
      List<String> variants,
      long fromNanos,
      long untilNanos) {}

  /**
   * What a scenario shows.
   *
   * @param says in a sentence
   * @param variant for which; empty = for each
   * @param loads for which
   */
  record Claim(
      String says,
      Figure figure,
      String variant,
      List<Double> loads,
      String clients,
      double atLeast,
      double atMost) {

    boolean isAbout(Results run) {
      return (variant.isEmpty() || variant.equals(run.variant().name()))
          && loads.contains(run.load());
    }

    double measured(Results run) {
      return figure.of(run, clients);
    }

    boolean holds(Results run) {
      double measured = measured(run);
      return measured >= atLeast && measured <= atMost;
    }
  }
}
