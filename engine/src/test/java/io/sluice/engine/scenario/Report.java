package io.sluice.engine.scenario;

import io.sluice.engine.scenario.Scenario.Chart;
import io.sluice.engine.scenario.Scenario.Claim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The report about scenarios that were run: a page with tables, and its images. */
final class Report {
  static final Path DOCS = Path.of("../docs");
  static final String IMAGES = "simulation";
  private static final String PAGE = "simulation.md";
  private static final Path INTRODUCTION = ScenarioFile.FOLDER.resolve("introduction.md");

  private final Map<String, String> files = new LinkedHashMap<>();
  private final StringBuilder page = new StringBuilder();

  private Report() {}

  /** Returns the content of each file of the report, by its path below {@link #DOCS}. */
  static Map<String, String> of(Map<Scenario, List<Results>> runs) {
    Report report = new Report();
    report.write(runs);
    return report.files;
  }

  private void write(Map<Scenario, List<Results>> runs) {
    try {
      page.append(Files.readString(INTRODUCTION));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Scenario.Chapter chapter : Scenario.Chapter.values()) {
      page.append("\n## ").append(capitalized(chapter)).append('\n');
      runs.forEach(
          (scenario, results) -> {
            if (scenario.chapter() == chapter) {
              write(scenario, results);
            }
          });
    }
    files.put(PAGE, page.toString());
  }

  private void write(Scenario scenario, List<Results> runs) {
    page.append("\n### ").append(scenario.title()).append("\n\n").append(scenario.text());
    page.append("\n\n").append(figures(scenario, runs));
    for (Chart chart : scenario.charts()) {
      String path = IMAGES + "/" + chart.file() + ".svg";
      if (files.put(path, drawn(chart, scenario, runs)) != null) {
        throw new IllegalArgumentException(scenario.name() + ": two charts are " + chart.file());
      }
      page.append(String.format("![%s](%s)%n%n", chart.title(), path).replace("\r", ""));
    }
    page.append(claims(scenario, runs));
    page.append("\n[").append(scenario.name()).append("](../engine/src/test/scenarios/");
    page.append(scenario.name()).append(")\n");
  }

  private static String figures(Scenario scenario, List<Results> runs) {
    boolean ofVariants = scenario.variants().size() > 1;
    boolean ofLoads = scenario.loads().size() > 1;
    List<String> head = new ArrayList<>();
    if (ofVariants) {
      head.add("variant");
    }
    if (ofLoads) {
      head.add("load");
    }
    List<String> clients = clientsOf(scenario);
    if (clients.size() > 1) {
      head.add("clients");
    }
    scenario.table().forEach(figure -> head.add(figure.title()));
    StringBuilder table = new StringBuilder(row(head)).append("|---".repeat(head.size()) + "|\n");
    for (Results run : runs) {
      for (String name : clients) {
        List<String> cells = new ArrayList<>();
        if (ofVariants) {
          cells.add(run.variant().name());
        }
        if (ofLoads) {
          cells.add(run.load() + "×");
        }
        if (clients.size() > 1) {
          cells.add(name);
        }
        cells.addAll(figures(run, name, name.equals(clients.get(0))));
        table.append(row(cells));
      }
    }
    return table.append('\n').toString();
  }

  private static List<String> figures(Results run, String clients, boolean first) {
    return run.scenario().table().stream()
        .map(
            figure ->
                figure.isOfWholeRun() && !first ? "" : written(figure, figure.of(run, clients)))
        .toList();
  }

  private static String claims(Scenario scenario, List<Results> runs) {
    StringBuilder table = new StringBuilder("| claim | measured | bound |\n|---|---|---|\n");
    for (Claim claim : scenario.claims()) {
      double[] measured =
          runs.stream().filter(claim::isAbout).mapToDouble(claim::measured).toArray();
      String least = written(claim.figure(), DoubleStream.of(measured).min().orElseThrow());
      String most = written(claim.figure(), DoubleStream.of(measured).max().orElseThrow());
      table.append(
          row(
              List.of(
                  claim.says(),
                  claim.figure().title() + " " + (least.equals(most) ? least : least + "…" + most),
                  bound(claim))));
    }
    return table.toString();
  }

  private static String bound(Claim claim) {
    String least = "≥ " + written(claim.figure(), claim.atLeast());
    String most = "≤ " + written(claim.figure(), claim.atMost());
    if (Double.isInfinite(claim.atMost())) {
      return least;
    }
    if (claim.atLeast() == claim.atMost() || claim.atMost() == 0) {
      return "= " + written(claim.figure(), claim.atMost());
    }
    return claim.atLeast() == 0 ? most : least + ", " + most;
  }

  private static String drawn(Chart chart, Scenario scenario, List<Results> runs) {
    List<LineChart.Line> lines = new ArrayList<>();
    for (String variant : chart.variants()) {
      List<Results> ofVariant =
          runs.stream().filter(run -> run.variant().name().equals(variant)).toList();
      for (String clients : chart.clients()) {
        lines.add(
            new LineChart.Line(name(chart, variant, clients), values(chart, ofVariant, clients)));
      }
    }
    if (chart.curve() == null) {
      double[] loads = scenario.loads().stream().mapToDouble(load -> load).toArray();
      return new LineChart("load (times capacity)", axis(chart.figure()), loads, lines)
          .svg(chart.title());
    }
    if (chart.curve() == Curve.HELD) {
      lines.add(new LineChart.Line("limit", runs.get(0).holdings().limitOverTime()));
    }
    return overTime(chart, scenario, lines).svg(chart.title());
  }

  private static String name(Chart chart, String variant, String clients) {
    if (chart.clients().size() == 1 && chart.variants().size() > 1) {
      return variant;
    }
    return chart.variants().size() == 1 ? clients : clients + ", " + variant;
  }

  private static double[] values(Chart chart, List<Results> runs, String clients) {
    if (chart.curve() != null) {
      return chart.curve().of(runs.get(0), clients);
    }
    int times = chart.figure().unit() == Unit.PERCENT ? 100 : 1;
    return runs.stream().mapToDouble(run -> times * chart.figure().of(run, clients)).toArray();
  }

  private static String axis(Figure figure) {
    return switch (figure.unit()) {
      case PERCENT -> figure.title() + " (%)";
      case SECONDS -> figure.title() + " (s)";
      case PER_SECOND -> figure.title() + " (1/s)";
      case COUNT -> figure.title();
    };
  }

  private static LineChart overTime(Chart chart, Scenario scenario, List<LineChart.Line> lines) {
    int from = (int) (chart.fromNanos() / scenario.intervalNanos());
    int until = (int) (chart.untilNanos() / scenario.intervalNanos());
    double seconds = scenario.intervalNanos() / 1e9;
    double[] ends = IntStream.rangeClosed(from + 1, until).mapToDouble(i -> i * seconds).toArray();
    List<LineChart.Line> parts =
        lines.stream()
            .map(line -> new LineChart.Line(line.name(), Arrays.copyOfRange(line.y(), from, until)))
            .toList();
    return new LineChart("time (s)", chart.curve().axis(), ends, parts);
  }

  /** Returns the clients that have a row of their own. */
  private static List<String> clientsOf(Scenario scenario) {
    List<String> names = scenario.clients().stream().map(Clients::name).toList();
    return scenario.table().stream().allMatch(Figure::isOfWholeRun) ? List.of(Scenario.ALL) : names;
  }

  private static String written(Figure figure, double value) {
    return Double.isNaN(value) ? "–" : figure.unit().written(value);
  }

  private static String row(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String capitalized(Scenario.Chapter chapter) {
    String name = chapter.name();
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }
}
