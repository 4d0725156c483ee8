package io.sluice.benchmarks.lab;

import io.sluice.benchmarks.lab.rates.RateStudy;
import io.sluice.benchmarks.lab.seats.SeatsStudy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Runs studies: {@code FOLDER [rates|seats|all] [SEEDS] [EXPERIMENT]}. Whole studies are written to
 * {@code report.md} in the folder, where the sections of other studies stay; one experiment is
 * printed, and changes no file.
 */
public final class Laboratory {
  private static final String INTRODUCTION =
      """
      # The laboratory

      What adapts to a provider or a service, on models of them in virtual time, beside what others do. Written by
      `benchmarks/run lab [rates|seats|all] [SEEDS] [EXPERIMENT]`: SEEDS is a number, for the seeds from 1 to it (3), or
      a range such as `2-2`; with an EXPERIMENT its rows are printed and nothing is written. The same seed gives the same
      figures. How the algorithms work is told in [algorithms.md](../algorithms.md).

      """;

  private final Map<String, Study> studies;

  Laboratory(Map<String, Study> studies) {
    this.studies = studies;
  }

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    Map<String, Study> studies = new LinkedHashMap<>();
    studies.put("rates", new RateStudy());
    studies.put("seats", new SeatsStudy());
    try {
      new Laboratory(studies)
          .run(
              Path.of(args[0]),
              args.length > 1 ? args[1] : "all",
              request(args.length > 2 ? args[2] : "3", args.length > 3 ? args[3] : ""));
    } catch (MisuseException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  /**
   * Runs one study, or all that know the experiment.
   *
   * @throws MisuseException if there is no such study or experiment
   */
  void run(Path folder, String which, Study.Request request) throws IOException {
    List<String> names = named(which, request);
    boolean whole = request.experiment().isEmpty();
    Map<String, String> sections =
        whole ? read(folder.resolve("report.md")) : new LinkedHashMap<>();
    for (String name : names) {
      Study study = studies.get(name);
      Section section = new Section(study.title(), whole ? Optional.of(folder) : Optional.empty());
      study.run(request, section);
      sections.put(study.title(), section.toString());
    }
    if (whole) {
      write(folder.resolve("report.md"), sections);
    } else {
      sections.values().forEach(System.out::print);
    }
  }

  private List<String> named(String which, Study.Request request) {
    if (!which.equals("all") && !studies.containsKey(which)) {
      throw new MisuseException(
          "the study must be all or one of " + studies.keySet() + " but was " + which);
    }
    List<String> names = which.equals("all") ? List.copyOf(studies.keySet()) : List.of(which);
    List<String> wanted =
        names.stream()
            .filter(name -> studies.get(name).experiments().stream().anyMatch(request::wants))
            .toList();
    if (wanted.isEmpty()) {
      throw new MisuseException(
          names.stream()
              .flatMap(name -> studies.get(name).experiments().stream())
              .collect(
                  Collectors.joining(
                      ", ", "the experiment must be one of ", " but was " + request.experiment())));
    }
    return wanted;
  }

  /** Returns the sections of an earlier report by title; those of unknown studies are dropped. */
  private Map<String, String> read(Path report) throws IOException {
    Map<String, String> sections = new LinkedHashMap<>();
    String text = Files.exists(report) ? Files.readString(report) : "";
    for (Study study : studies.values()) {
      for (String section : text.split("(?m)^(?=## )")) {
        if (section.startsWith("## " + study.title() + "\n")) {
          sections.put(study.title(), section.stripTrailing() + "\n\n");
        }
      }
    }
    return sections;
  }

  private void write(Path report, Map<String, String> sections) throws IOException {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    for (Study study : studies.values()) {
      text.append(sections.getOrDefault(study.title(), ""));
    }
    Files.createDirectories(report.toAbsolutePath().getParent());
    Files.writeString(report, text.toString().stripTrailing() + "\n");
  }

  private static Study.Request request(String seeds, String experiment) {
    if (!seeds.matches("[1-9][0-9]{0,8}(-[1-9][0-9]{0,8})?")) {
      throw new MisuseException("the seeds must be N or A-B, from 1 up, but were " + seeds);
    }
    int dash = seeds.indexOf('-');
    int first = dash < 0 ? 1 : Integer.parseInt(seeds.substring(0, dash));
    int last = Integer.parseInt(seeds.substring(dash + 1));
    if (last < first) {
      throw new MisuseException("the seeds must not fall but were " + seeds);
    }
    return new Study.Request(first, last, experiment);
  }

  /** Arguments that name nothing that can be run. */
  static final class MisuseException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    MisuseException(String message) {
      super(message);
    }
  }
}
