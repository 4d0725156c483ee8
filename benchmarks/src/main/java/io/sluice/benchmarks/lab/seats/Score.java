package io.sluice.benchmarks.lab.seats;

import static io.sluice.benchmarks.lab.seats.Band.percent;
import static io.sluice.benchmarks.lab.seats.Band.share;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What a limiter reached on a service over the seeds, and which of the bands it missed. */
final class Score {
  /** The headings of {@link #cells}. */
  static final String[] HEADINGS = {
    "B",
    "worst",
    "limit ÷ workers",
    "highest at the end",
    "drift",
    "p99 ÷ fixed",
    "A refused",
    "C refused",
    "D",
    "E",
    "misses"
  };

  private static final int A = 0;
  private static final int B = 1;
  private static final int C = 2;
  private static final int D = 3;
  private static final int E = 4;

  private final ServiceModel model;
  private final List<List<Figures>> runs = new ArrayList<>();
  private final List<Double> slowest = new ArrayList<>();

  Score(ServiceModel model) {
    this.model = model;
  }

  /** Adds a run, beside one with a limit fixed at the workers. */
  void add(Run run, Run fixed) {
    runs.add(run.figures());
    slowest.add(run.figures().get(B).p99Millis() / fixed.figures().get(B).p99Millis());
  }

  ServiceModel model() {
    return model;
  }

  Marks marks() {
    return new Marks(
        model.contention() > 0,
        mean(B, Figures::goodput),
        runs.stream().mapToDouble(run -> run.get(B).highestAtEnd()).max().orElse(0)
            / model.workers(),
        mean(B, Figures::drift),
        slowest.stream().mapToDouble(Double::doubleValue).average().orElse(0),
        Math.max(refusedA(), refusedC()),
        mean(D, Figures::goodput),
        mean(E, Figures::goodput));
  }

  String[] cells() {
    Marks marks = marks();
    return new String[] {
      share(marks.overload()),
      share(runs.stream().mapToDouble(run -> run.get(B).goodput()).min().orElse(0)),
      share(mean(B, Figures::lastLimit) / model.workers()),
      share(marks.highest()),
      share(marks.drift()),
      share(marks.slowness()),
      percent(refusedA()),
      percent(refusedC()),
      share(marks.slower()),
      share(marks.slowerOverload()),
      misses(marks)
    };
  }

  double refusedA() {
    return mean(A, Figures::refusedLate);
  }

  double refusedC() {
    return mean(C, Figures::refusedLate);
  }

  static String misses(Marks marks) {
    List<Band> missed = Band.missedBy(marks);
    return missed.isEmpty()
        ? "–"
        : missed.stream().map(Band::label).collect(Collectors.joining(", "));
  }

  private double mean(int phase, ToDoubleFunction<Figures> figure) {
    return runs.stream()
        .mapToDouble(run -> figure.applyAsDouble(run.get(phase)))
        .average()
        .orElse(0);
  }
}
