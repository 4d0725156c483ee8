package io.sluice.benchmarks.lab.rates;

import io.sluice.benchmarks.lab.rates.Provider.Kind;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The experiments, each with a limit of c, c/2, 2c and c, and a tenth of the last without service.
 */
final class Catalogue {
  private static final double SECONDS = 300;
  private static final double LIMIT = 100;
  private static final double DEMAND = 3;

  /** Below this rate, segments last as long as 200 permits. */
  private static final double PERMITS = 200;

  private Catalogue() {}

  /** 100, 50, 200 and 100 a second, on each kind of provider. */
  static List<Experiment> steps() {
    return List.of(
        at("bucket", Kind.BUCKET, LIMIT, SECONDS),
        at("bucket-told", Kind.BUCKET, LIMIT, SECONDS).tellingBlackout(),
        at("fixed", Kind.FIXED, LIMIT, SECONDS).tellingBlackout(),
        at("fixed-untold", Kind.FIXED, LIMIT, SECONDS),
        at("sliding", Kind.SLIDING, LIMIT, SECONDS));
  }

  /** From 0.05 to 50 000 a second. */
  static List<Experiment> scales() {
    Stream<Experiment> buckets =
        DoubleStream.of(0.05, 0.5, 5, 500, 5_000)
            .mapToObj(c -> scale("bucket-", Kind.BUCKET, c, Math.max(SECONDS, PERMITS / c)));
    Stream<Experiment> fastest = Stream.of(scale("bucket-", Kind.BUCKET, 25_000, SECONDS / 2));
    Stream<Experiment> windows =
        DoubleStream.of(0.05, 0.5, 5, 500)
            .mapToObj(
                c ->
                    scale("fixed-", Kind.FIXED, c, Math.max(SECONDS, PERMITS / c))
                        .tellingBlackout());
    return Stream.of(buckets, fastest, windows).flatMap(all -> all).toList();
  }

  /** Answers after 10 ms up to 5 s. */
  static List<Experiment> delays() {
    return DoubleStream.of(0.01, 0.1, 0.5, 1, 2, 5)
        .mapToObj(
            delay ->
                at("delay-" + text(delay), Kind.BUCKET, LIMIT, SECONDS)
                    .answers(delay / 2, delay * 1.5))
        .toList();
  }

  /** One, two and five sidecars on one provider. */
  static List<Experiment> sidecars() {
    return Stream.of(1, 2, 5)
        .flatMap(
            count ->
                Stream.of(
                    at("bucket-by-" + count, Kind.BUCKET, LIMIT, SECONDS).sidecars(count),
                    at("fixed-by-" + count, Kind.FIXED, LIMIT, SECONDS)
                        .tellingBlackout()
                        .sidecars(count)))
        .toList();
  }

  /**
   * Less asked for than the provider bears, some of the time or always, and asks of ten permits.
   */
  static List<Experiment> demands() {
    Course course = course(LIMIT, SECONDS);
    return List.of(
        Experiment.of("asked-40", Kind.BUCKET, course, 0.4 * LIMIT),
        Experiment.of("asked-90-of-bursts", Kind.BUCKET, course, 0.9 * LIMIT).bursts(10, 10),
        at("ten-permits", Kind.BUCKET, LIMIT, SECONDS).permits(10));
  }

  private static Experiment scale(String name, Kind kind, double limit, double seconds) {
    return at(name + text(limit), kind, limit, seconds).initial(Math.min(10, 5 * limit));
  }

  private static Experiment at(String name, Kind kind, double limit, double seconds) {
    return Experiment.of(name, kind, course(limit, seconds), DEMAND * limit);
  }

  private static Course course(double limit, double seconds) {
    return Course.steps(seconds, limit, limit / 2, 2 * limit, limit)
        .blackout(3.2 * seconds, seconds / 10);
  }

  private static String text(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : Double.toString(value);
  }
}
