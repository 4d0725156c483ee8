package io.sluice.benchmarks.lab.seats;

import static io.sluice.benchmarks.lab.seats.Band.percent;
import static io.sluice.benchmarks.lab.seats.Band.share;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How well any fixed limit could do before a service: one for the service as it is, another for
 * what it becomes, each told beforehand. Tried are limits up to twice the workers, coarsely, then
 * beside the best.
 */
final class BestFixed {
  /** The headings of {@link #cells}. */
  static final String[] HEADINGS = {
    "limit in A–C", "B", "p99 ÷ fixed", "A refused", "C refused", "limit in D–E", "D", "E", "misses"
  };

  private static final double[] COARSE = {0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.75, 2};
  private static final int SLOWER = 3;

  /** What is fixed has nothing to learn: of an overload, so long is enough. */
  private static final double OVERLOAD_SECONDS = 60;

  private static final double FAST_NANOS = 1e9;

  private final ServiceModel model;
  private final List<Phase> phases;
  private final double widening;
  private final long whenNanos;
  private final int firstSeed;
  private final List<Run> atWorkers;
  private final Map<Long, Score> tried = new TreeMap<>();
  private final long before;
  private final long after;

  BestFixed(ServiceModel model, List<Phase> usual, int firstSeed, int lastSeed) {
    this.model = model;
    this.firstSeed = firstSeed;
    phases = usual.stream().map(this::shortened).toList();
    widening = phases.get(SLOWER).wider();
    whenNanos = (long) (1e9 * phases.subList(0, SLOWER).stream().mapToDouble(Phase::seconds).sum());
    atWorkers =
        IntStream.rangeClosed(firstSeed, lastSeed)
            .mapToObj(seed -> run(seed, model.workers()))
            .toList();
    for (double share : COARSE) {
      attempt(Math.round(share * model.workers()));
    }
    refine(Band.BEFORE);
    refine(Band.AFTER);
    before = best(Band.BEFORE);
    after = best(Band.AFTER);
  }

  String[] cells() {
    Score first = score(before);
    Marks marks = first.marks();
    Marks then = score(after).marks();
    return new String[] {
      Long.toString(before),
      share(marks.overload()),
      share(marks.slowness()),
      percent(first.refusedA()),
      percent(first.refusedC()),
      Long.toString(wider(after)),
      share(then.slower()),
      share(then.slowerOverload()),
      Score.misses(joined(marks, then))
    };
  }

  /** Returns what fixed limits have to say of each band that was missed. */
  String sentence(Marks missing) {
    return "- "
        + model.name()
        + ": "
        + Band.missedBy(missing).stream()
            .map(band -> told(band, missing))
            .collect(Collectors.joining("; "))
        + ".";
  }

  private String told(Band band, Marks missing) {
    boolean isAfter = Band.AFTER.contains(band);
    long chosen = isAfter ? after : before;
    Marks best = score(chosen).marks();
    String what = band.label() + " (" + band.shown(missing) + ") ";
    if (!band.missed(best)) {
      return what + "is held by " + shown(chosen, isAfter) + ", with " + band.shown(best);
    }
    Map.Entry<Long, Score> most =
        tried.entrySet().stream()
            .max(Comparator.comparingDouble(entry -> band.excess(entry.getValue().marks())))
            .orElseThrow();
    Marks marks = most.getValue().marks();
    if (band.missed(marks)) {
      return what
          + "no fixed limit holds; the best is "
          + shown(most.getKey(), isAfter)
          + ", with "
          + band.shown(marks);
    }
    return what
        + "is held by "
        + shown(most.getKey(), isAfter)
        + ", which misses "
        + Score.misses(isAfter ? joined(score(before).marks(), marks) : joined(marks, best));
  }

  private String shown(long limit, boolean isAfter) {
    return "a fixed limit of " + (isAfter ? wider(limit) : limit);
  }

  private static Marks joined(Marks before, Marks after) {
    return new Marks(
        before.contended(),
        before.overload(),
        before.highest(),
        before.drift(),
        before.slowness(),
        before.refused(),
        after.slower(),
        after.slowerOverload());
  }

  private void refine(List<Band> bands) {
    long best = best(bands);
    List<Long> limits = List.copyOf(tried.keySet());
    int at = limits.indexOf(best);
    if (at > 0) {
      attempt((limits.get(at - 1) + best) / 2);
    }
    if (at < limits.size() - 1) {
      attempt((limits.get(at + 1) + best + 1) / 2);
    }
  }

  /** Returns the limit that misses the fewest bands, and of these has the best goodput. */
  private long best(List<Band> bands) {
    Band goodput = bands.get(0);
    return tried.entrySet().stream()
        .max(
            Comparator.<Map.Entry<Long, Score>>comparingLong(
                    entry -> -missed(bands, entry.getValue().marks()))
                .thenComparingDouble(entry -> goodput.excess(entry.getValue().marks())))
        .orElseThrow()
        .getKey();
  }

  private static long missed(List<Band> bands, Marks marks) {
    return bands.stream().filter(band -> band.missed(marks)).count();
  }

  private void attempt(long limit) {
    if (limit < 1 || tried.containsKey(limit)) {
      return;
    }
    Score score = new Score(model);
    for (int i = 0; i < atWorkers.size(); i++) {
      Run fixed = atWorkers.get(i);
      score.add(limit == model.workers() ? fixed : run(firstSeed + i, limit), fixed);
    }
    tried.put(limit, score);
  }

  private Run run(int seed, long limit) {
    return new Run(model, phases, seed, random -> new Foresight(limit, wider(limit), whenNanos))
        .run();
  }

  private Score score(long limit) {
    Score score = tried.get(limit);
    if (score == null) {
      throw new IllegalStateException("a limit of " + limit + " was not tried");
    }
    return score;
  }

  private long wider(long limit) {
    return Math.round(widening * limit);
  }

  private Phase shortened(Phase phase) {
    return phase.load() < 1 || model.meanNanos() >= FAST_NANOS
        ? phase
        : phase.times(Math.min(1, OVERLOAD_SECONDS / phase.seconds()));
  }
}
