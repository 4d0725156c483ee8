package io.sluice.benchmarks.lab.seats;

import io.sluice.benchmarks.lab.Plot;
import io.sluice.benchmarks.lab.Section;
import io.sluice.benchmarks.lab.Study;
import io.sluice.benchmarks.lab.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How many pieces of work a service bears at once, and who finds it. */
public final class SeatsStudy implements Study {
  private static final double FAST_NANOS = 3e6;
  private static final double SHORTER = 0.1;
  private static final double SLOW_NANOS = 1e9;
  private static final double LONGER = 5;
  private static final int MORE_SEEDS = 20;

  @Override
  public String title() {
    return "Concurrency";
  }

  @Override
  public List<String> experiments() {
    return List.of("chosen", "held-out", "new", "slow", "fixed", "others", "curve");
  }

  @Override
  public void run(Request request, Section section) throws IOException {
    section.text(
        """
        A limiter refuses what it has no room for; the service behind it works on so many pieces at once and keeps the
        others in a queue, first come first served (or shares itself between all, where that is said). Phases: **A** half
        of what it can do, 120 s; **B** twice that, 600 s; **C** half, 120 s; then the service is twice as slow and twice as
        wide: **D** half, 180 s; **E** twice, 180 s. Services of 1 ms have phases a tenth as long. Contention: service times
        grow by half of the over-subscription. Goodput is what waited in the service for at most three mean service times,
        as a share of what was offered (D) or could be done (B, E).""");
    section.text(
        """
        *limit ÷ workers* is the mean of the last tenth of B, *highest at the end* the highest there of any seed, *drift* that
        mean over the mean of the second tenth, *p99 ÷ fixed* the latency in B against a limit fixed at the workers;
        refusals count from 30 s after the phase began. *misses* names the bands missed: B ≥ 0.94 (contention 0.86),
        D ≥ 0.94, E ≥ 0.86, p99 ≤ 1.2, refused ≤ 0.2 %, highest at the end ≤ 2 and drift ≤ 1.1 (I-27).""");
    section.text(
        String.format(
            """
            Means over the seeds from %d to %d; *worst* is the worst goodput in B of any of them. Services of seconds, of which a run
            has few pieces, are run with %d times as many.""",
            request.firstSeed(), request.lastSeed(), MORE_SEEDS));
    section.text(
        """
        Below each table stands what a *fixed* limit, told beforehand, could do where a band was missed: one for A, B and C, at
        most twice the workers, and another for D and E. It is the one that misses the fewest bands and then has the best goodput
        in B, or in D; of it, all figures are in the table of those limits. B and E last 60 s for it, where a piece takes less
        than a second.""");
    if (request.wants("chosen")) {
      section.heading("gradient_probe on the services its constants were chosen on");
      judge(request, section, Services.CHOSEN_ON, 1);
    }
    if (request.wants("held-out")) {
      section.heading("gradient_probe on services held out");
      judge(request, section, Services.HELD_OUT, 1);
    }
    if (request.wants("new")) {
      section.heading("gradient_probe on services first run with the constants frozen");
      section.text(
          """
          The last two, each with contention, were never run before these constants were frozen; the others were first run when
          the constants before them were, and have been looked at since.""");
      judge(request, section, Services.NEW, 1);
    }
    if (request.wants("slow")) {
      section.heading("Services of seconds, with phases five times as long");
      judge(request, section, slow(), LONGER);
    }
    if (request.wants("fixed")) {
      section.heading("What a fixed limit could do");
      section.table(fixed(request));
    }
    if (request.wants("others")) {
      section.heading("Beside others, each with its defaults");
      section.text(
          "The others are short models written from their published formulas, not their code.");
      section.table(contenders(request));
    }
    if (request.wants("curve")) {
      section.heading("The limit over time");
      curve(request, section);
    }
  }

  private static List<ServiceModel> slow() {
    return Stream.concat(Services.CHOSEN_ON.stream(), Services.HELD_OUT.stream())
        .filter(model -> model.meanNanos() >= SLOW_NANOS)
        .toList();
  }

  private static void judge(
      Request request, Section section, List<ServiceModel> models, double longer) {
    List<Score> scores =
        bothWays(models)
            .map(model -> score(request, model, Contender.GRADIENT_PROBE, longer))
            .toList();
    Table table = new Table(headings("service"));
    scores.forEach(score -> table.row(row(score.model().name(), score)));
    section.table(table);
    List<Score> missed =
        scores.stream().filter(score -> !Band.missedBy(score.marks()).isEmpty()).toList();
    if (!missed.isEmpty()) {
      section.text(
          missed.stream()
              .parallel()
              .map(score -> best(request, score.model(), longer).sentence(score.marks()))
              .collect(Collectors.joining("\n")));
    }
  }

  private static Table fixed(Request request) {
    Table table = new Table(row("service", BestFixed.HEADINGS));
    bothWays(
            Stream.of(Services.CHOSEN_ON, Services.HELD_OUT, Services.NEW)
                .flatMap(List::stream)
                .toList())
        .map(model -> row(model.name(), best(request, model, 1).cells()))
        .toList()
        .forEach(table::row);
    return table;
  }

  private static Stream<ServiceModel> bothWays(List<ServiceModel> models) {
    return models.stream().flatMap(model -> Stream.of(model, model.contended())).parallel();
  }

  private static BestFixed best(Request request, ServiceModel model, double longer) {
    return new BestFixed(
        model, phases(model, longer), request.firstSeed(), lastSeed(request, model));
  }

  private static List<Phase> phases(ServiceModel model, double longer) {
    double factor = model.meanNanos() < FAST_NANOS ? SHORTER : longer;
    return Phase.USUAL.stream().map(phase -> phase.times(factor)).toList();
  }

  private static int lastSeed(Request request, ServiceModel model) {
    int more = model.meanNanos() < SLOW_NANOS ? 1 : MORE_SEEDS;
    return request.firstSeed() - 1 + more * (request.lastSeed() - request.firstSeed() + 1);
  }

  private static Table contenders(Request request) {
    Table table = new Table(headings("limiter, service"));
    ServiceModel model = Services.CHOSEN_ON.get(0);
    Stream.of(model, model.contended())
        .flatMap(
            service ->
                Contender.ALL.stream()
                    .parallel()
                    .map(
                        contender ->
                            row(
                                contender.name() + (service.contention() > 0 ? ", contention" : ""),
                                score(request, service, contender, 1)))
                    .toList()
                    .stream())
        .toList()
        .forEach(table::row);
    return table;
  }

  private static void curve(Request request, Section section) throws IOException {
    ServiceModel model = Services.CHOSEN_ON.get(0).contended();
    Plot plot = new Plot("Limit before " + model.name(), "seconds", "limit").upTo(220);
    for (Contender contender : Contender.PLOTTED) {
      List<double[]> points = run(request.firstSeed(), model, contender, Phase.USUAL).curve();
      double[] x = points.stream().mapToDouble(point -> point[0]).toArray();
      double[] y = points.stream().mapToDouble(point -> point[1]).toArray();
      String name = contender.name().replace("*", "");
      if (name.startsWith("fixed")) {
        plot.reference(name, x, y);
      } else {
        plot.line(name, x, y);
      }
    }
    section.plot("concurrency-limits", "the limit of each limiter through the phases", plot);
  }

  private static Score score(
      Request request, ServiceModel model, Contender contender, double longer) {
    List<Phase> phases = phases(model, longer);
    Score score = new Score(model);
    for (int seed = request.firstSeed(); seed <= lastSeed(request, model); seed++) {
      Run fixed = run(seed, model, Contender.ALL.get(0), phases.subList(0, 2));
      score.add(run(seed, model, contender, phases), fixed);
    }
    return score;
  }

  private static Run run(int seed, ServiceModel model, Contender contender, List<Phase> phases) {
    return new Run(model, phases, seed, random -> contender.make().limiter(model, random)).run();
  }

  private static String[] headings(String first) {
    return row(first, Score.HEADINGS);
  }

  private static String[] row(String first, Score score) {
    return row(first, score.cells());
  }

  private static String[] row(String first, String[] rest) {
    List<String> row = new ArrayList<>(List.of(first));
    row.addAll(List.of(rest));
    return row.toArray(String[]::new);
  }
}
