package io.sluice.benchmarks.lab.seats;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

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

  void add(Run run, Run oracle) {
    runs.add(run.figures());
    slowest.add(run.figures().get(B).p99Millis() / oracle.figures().get(B).p99Millis());
  }

  String[] cells() {
    return new String[] {
      share(mean(B, Figures::goodput)),
      share(runs.stream().mapToDouble(run -> run.get(B).goodput()).min().orElse(0)),
      share(mean(B, Figures::lastLimit) / model.workers()),
      share(highest()),
      share(mean(B, Figures::drift)),
      share(slowness()),
      percent(mean(A, Figures::refusedLate)),
      percent(mean(C, Figures::refusedLate)),
      share(mean(D, Figures::goodput)),
      share(mean(E, Figures::goodput)),
      misses()
    };
  }

  private String misses() {
    List<String> misses = new ArrayList<>();
    if (mean(B, Figures::goodput) < (model.contention() > 0 ? 0.86 : 0.94)) {
      misses.add("B");
    }
    if (highest() > 2 || mean(B, Figures::drift) > 1.1) {
      misses.add("I-27");
    }
    if (slowness() > 1.2) {
      misses.add("p99");
    }
    if (Math.max(mean(A, Figures::refusedLate), mean(C, Figures::refusedLate)) > 0.002) {
      misses.add("refused");
    }
    if (mean(D, Figures::goodput) < 0.94) {
      misses.add("D");
    }
    if (mean(E, Figures::goodput) < 0.86) {
      misses.add("E");
    }
    return misses.isEmpty() ? "–" : String.join(", ", misses);
  }

  private double highest() {
    return runs.stream().mapToDouble(run -> run.get(B).highestAtEnd()).max().orElse(0)
        / model.workers();
  }

  private double slowness() {
    return slowest.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  private double mean(int phase, ToDoubleFunction<Figures> figure) {
    return runs.stream()
        .mapToDouble(run -> figure.applyAsDouble(run.get(phase)))
        .average()
        .orElse(0);
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * value);
  }
}
