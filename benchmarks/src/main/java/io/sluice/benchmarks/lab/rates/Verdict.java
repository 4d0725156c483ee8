package io.sluice.benchmarks.lab.rates;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a contestant reached in an experiment: means over seeds, and the worst. */
final class Verdict {
  private final Experiment experiment;
  private final int seeds;
  private final double[] utilisation;
  private final double[] refused;
  private double t90;
  private double leastUtilisation = Double.POSITIVE_INFINITY;
  private double mostRefused;
  private int worstSeed;

  private Verdict(Experiment experiment, int firstSeed, int lastSeed) {
    this.experiment = experiment;
    worstSeed = firstSeed;
    seeds = lastSeed - firstSeed + 1;
    utilisation = new double[experiment.course().segments().size()];
    refused = new double[utilisation.length];
  }

  static Verdict of(Contestant contestant, Experiment experiment, int firstSeed, int lastSeed) {
    Verdict verdict = new Verdict(experiment, firstSeed, lastSeed);
    for (int seed = firstSeed; seed <= lastSeed; seed++) {
      verdict.add(contestant.run(experiment, seed), seed);
    }
    return verdict;
  }

  /** Returns the cells: each segment, t90 after the raise, the worst of all, and its seed. */
  List<String> cells() {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < utilisation.length; i++) {
      cells.add(format("%.1f / %.2f", percent(utilisation[i]), percent(refused[i])));
    }
    cells.add(Double.isNaN(t90) ? "never" : format("%.0f s", t90));
    cells.add(format("%.1f / %.2f", 100 * leastUtilisation, 100 * mostRefused));
    cells.add(format("`rates %d-%d %s`", worstSeed, worstSeed, experiment.name()));
    return cells;
  }

  private void add(Recording record, int seed) {
    List<Course.Segment> segments = record.segments();
    for (int i = 0; i < segments.size(); i++) {
      double used = record.utilisation(segments.get(i), experiment);
      double share = record.refusedShare(segments.get(i));
      utilisation[i] += used;
      refused[i] += share;
      leastUtilisation = Math.min(leastUtilisation, used);
      if (share > mostRefused) {
        mostRefused = share;
        worstSeed = seed;
      }
    }
    t90 += record.t90(segments.get(2), experiment) / seeds;
  }

  private double percent(double sum) {
    return 100 * sum / seeds;
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
