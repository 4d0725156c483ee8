package io.sluice.benchmarks.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
      `benchmarks/run lab [rates|seats|all] [SEEDS] [EXPERIMENT]`: SEEDS is a number, for the seeds from 1 to it, or a
      range such as `3-3`; with an EXPERIMENT its rows are printed and nothing is written. The same seed gives the same
      figures. How the algorithms work is told in [algorithms.md](../algorithms.md).

      """;

  private final Map<String, Study> studies;

  private Laboratory(Map<String, Study> studies) {
    this.studies = studies;
  }

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    System.setProperty("java.awt.headless", "true");
    Map<String, Study> studies = new LinkedHashMap<>();
    new Laboratory(studies)
        .run(
            Path.of(args[0]),
            args.length > 1 ? args[1] : "all",
            request(args.length > 2 ? args[2] : "5", args.length > 3 ? args[3] : ""));
  }

  private void run(Path folder, String which, Study.Request request) throws IOException {
    if (!which.equals("all") && !studies.containsKey(which)) {
      throw new IllegalArgumentException("unknown study: " + which);
    }
    Map<String, String> sections = read(folder.resolve("report.md"));
    boolean whole = request.experiment().isEmpty();
    for (String name : which.equals("all") ? List.copyOf(studies.keySet()) : List.of(which)) {
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
    int dash = seeds.indexOf('-');
    int first = dash < 0 ? 1 : Integer.parseInt(seeds.substring(0, dash));
    int last = Integer.parseInt(seeds.substring(dash + 1));
    if (first < 1 || last < first) {
      throw new IllegalArgumentException("seeds must be N or A-B, from 1 up, but was " + seeds);
    }
    return new Study.Request(first, last, experiment);
  }
}
