package io.sluice.benchmarks.lab.rates;

import io.sluice.benchmarks.lab.Plot;
import io.sluice.benchmarks.lab.Section;
import io.sluice.benchmarks.lab.Study;
import io.sluice.benchmarks.lab.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Which controller finds the rate that a provider bears. */
public final class RateStudy implements Study {
  private static final String METHOD =
      """
      A provider lets pass c permits a second, then c/2, 2c and c again, for 300 s each, and in the last serves nothing from
      20 % to 30 % of the time. Clients ask for three times c, of one permit each, and answers come after 50 to 150 ms, unless
      told otherwise. `bucket` refuses what its token bucket of a second does not have; `fixed` counts in windows of 60 s and
      refuses with `Retry-After`; `sliding` lets pass what fits into any 60 s and tells nothing. `-told`: the time without
      service is told with `Retry-After`, which is so in `fixed`, too; `-untold`: it is not.

      Each cell is *utilisation / refused*, both in percent: permits that passed of those that could have (or were asked for,
      if less), and refused of sent; means over the seeds. A bucket that was full and windows that overlap segments lift
      some above 100. *t90*: how long after the limit was raised until 90 % of what could pass did, over five bins of a
      three-hundredth of the segment. *worst*: the least and the most in any segment of any seed; *again* prints the row of the seed that had most refused: `benchmarks/run lab rates …`.
      """;

  @Override
  public String title() {
    return "Rates";
  }

  @Override
  public List<String> experiments() {
    return Stream.of(
            Catalogue.steps(),
            Catalogue.scales(),
            Catalogue.delays(),
            Catalogue.sidecars(),
            Catalogue.demands())
        .flatMap(List::stream)
        .map(Experiment::name)
        .toList();
  }

  @Override
  public void run(Request request, Section section) throws IOException {
    section.text(METHOD);
    compare(
        "Steps and an outage",
        "All controllers at c = 100. A sliding window that was filled by a burst lets nothing pass until the burst leaves"
            + " it, a minute later, and says nothing: everything is used, but each minute ends with refusals. Where the"
            + " limit falls, half a minute passes in which nothing can.",
        Catalogue.steps(),
        Contestant.ALL,
        request,
        section);
    plot("bucket", Catalogue.steps().get(0), 400, section);
    plot("fixed", Catalogue.steps().get(2), 400, section);
    compare(
        "From 0.05 to 50 000 a second",
        "The governor at c as named, with an initial rate of 10 or 5c. Below one a second, segments last as long as 200"
            + " permits; at 25 000, 150 s. Where a cycle has few permits, the one refusal that ends it is a large share.",
        Catalogue.scales(),
        List.of(Contestant.GOVERNOR),
        request,
        section);
    plot("slow", Catalogue.scales().get(0), 0.25, section);
    compare(
        "Slow answers",
        "c = 100; answers after half to one and a half times the delay in seconds. What is on its way when a limit falls or"
            + " an outage begins is refused whoever sends it.",
        Catalogue.delays(),
        List.of(Contestant.GOVERNOR, Contestant.AIMD_BY_ONE, Contestant.AWS_CUBIC),
        request,
        section);
    compare(
        "Several sidecars",
        "One, two and five that share a provider of c = 100 and know nothing of each other.",
        Catalogue.sidecars(),
        List.of(Contestant.GOVERNOR, Contestant.AIMD_BY_ONE, Contestant.AWS_CUBIC),
        request,
        section);
    compare(
        "Less demand, and larger asks",
        "c = 100; 40 a second asked for, 90 a second in bursts of 10 s with as long between them, and three times c in asks"
            + " of ten permits.",
        Catalogue.demands(),
        List.of(Contestant.GOVERNOR, Contestant.AIMD_BY_ONE, Contestant.AWS_CUBIC),
        request,
        section);
  }

  private static void compare(
      String heading,
      String text,
      List<Experiment> experiments,
      List<Contestant> contestants,
      Request request,
      Section section) {
    List<Experiment> wanted =
        experiments.stream().filter(experiment -> request.wants(experiment.name())).toList();
    if (wanted.isEmpty()) {
      return;
    }
    section.heading(heading).text(text);
    Table table =
        new Table(
            "experiment", "controller", "c", "c/2", "2c", "c, outage", "t90", "worst", "again");
    for (Experiment experiment : wanted) {
      for (Contestant contestant : contestants) {
        List<String> row = new ArrayList<>(List.of(experiment.name(), contestant.name()));
        row.addAll(
            Verdict.of(contestant, experiment, request.firstSeed(), request.lastSeed()).cells());
        table.row(row.toArray(String[]::new));
      }
    }
    section.table(table);
  }

  private static void plot(String name, Experiment experiment, double highest, Section section)
      throws IOException {
    if (!section.drawn()) {
      return;
    }
    Plot plot =
        new Plot("Rate over time: " + experiment.name() + ", seed 1", "seconds", "permits/s")
            .upTo(highest);
    List<Contestant> shown =
        List.of(Contestant.GOVERNOR, Contestant.AIMD_BY_ONE, Contestant.AWS_CUBIC);
    for (Contestant contestant : shown) {
      Recording record = contestant.run(experiment, 1);
      double[] times = record.times();
      if (contestant == shown.get(0)) {
        double[] limits =
            Arrays.stream(times)
                .map(at -> experiment.course().dark(at) ? 0 : experiment.course().limitAt(at))
                .toArray();
        plot.reference("the provider's limit", times, limits);
      }
      plot.line(contestant.name(), times, record.rates());
    }
    section.plot(
        "rates-" + name, "The rates of three controllers over time on " + experiment.name(), plot);
  }
}
