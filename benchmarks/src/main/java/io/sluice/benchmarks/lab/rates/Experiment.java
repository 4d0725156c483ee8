package io.sluice.benchmarks.lab.rates;

/**
 * What controllers are tried on.
 *
 * @param name by which it is run alone
 * @param kind the kind of the provider's limit
 * @param tellsBlackout whether the provider tells how long a time of no service lasts
 * @param course what the provider bears
 * @param demand permits per second that are asked for, of all sidecars together
 * @param onSeconds how long asks come at a time
 * @param offSeconds how long none come then; 0 = they always come
 * @param permits of each ask
 * @param sidecars that share the provider and know nothing of each other
 * @param fastest the shortest time until an answer, in seconds
 * @param slowest the longest
 * @param initial permits per second that controllers begin with
 */
record Experiment(
    String name,
    Provider.Kind kind,
    boolean tellsBlackout,
    Course course,
    double demand,
    double onSeconds,
    double offSeconds,
    long permits,
    int sidecars,
    double fastest,
    double slowest,
    double initial) {
  private static final double FASTEST = 0.05;
  private static final double SLOWEST = 0.15;
  private static final double DEFAULT_INITIAL = 10;

  /** Asks of one permit of one sidecar without end, answers after 50 to 150 ms. */
  static Experiment of(String name, Provider.Kind kind, Course course, double demand) {
    return new Experiment(
        name, kind, false, course, demand, 1, 0, 1, 1, FASTEST, SLOWEST, DEFAULT_INITIAL);
  }

  /** Returns the permits per second that are asked for, pauses counted. */
  double asked() {
    return demand * onSeconds / (onSeconds + offSeconds);
  }

  Experiment tellingBlackout() {
    return new Experiment(
        name,
        kind,
        true,
        course,
        demand,
        onSeconds,
        offSeconds,
        permits,
        sidecars,
        fastest,
        slowest,
        initial);
  }

  Experiment bursts(double on, double off) {
    return new Experiment(
        name,
        kind,
        tellsBlackout,
        course,
        demand,
        on,
        off,
        permits,
        sidecars,
        fastest,
        slowest,
        initial);
  }

  Experiment permits(long each) {
    return new Experiment(
        name,
        kind,
        tellsBlackout,
        course,
        demand,
        onSeconds,
        offSeconds,
        each,
        sidecars,
        fastest,
        slowest,
        initial);
  }

  Experiment sidecars(int count) {
    return new Experiment(
        name,
        kind,
        tellsBlackout,
        course,
        demand,
        onSeconds,
        offSeconds,
        permits,
        count,
        fastest,
        slowest,
        initial);
  }

  Experiment answers(double after, double until) {
    return new Experiment(
        name,
        kind,
        tellsBlackout,
        course,
        demand,
        onSeconds,
        offSeconds,
        permits,
        sidecars,
        after,
        until,
        initial);
  }

  Experiment initial(double rate) {
    return new Experiment(
        name,
        kind,
        tellsBlackout,
        course,
        demand,
        onSeconds,
        offSeconds,
        permits,
        sidecars,
        fastest,
        slowest,
        rate);
  }
}
