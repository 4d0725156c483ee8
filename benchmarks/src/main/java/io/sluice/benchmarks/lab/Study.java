package io.sluice.benchmarks.lab;

import java.io.IOException;
import java.util.List;

/** One question that the laboratory answers: a section of the report. */
public interface Study {
  /** Returns the heading of the section. */
  String title();

  /** Returns the names of the experiments that can be run alone. */
  List<String> experiments();

  /**
   * Runs the study and tells what it found.
   *
   * @param request which seeds, and which of its experiments
   * @throws IOException if a plot cannot be written
   */
  void run(Request request, Section section) throws IOException;

  /**
   * What is to be run.
   *
   * @param firstSeed the first of the seeds
   * @param lastSeed the last of the seeds, itself one of them
   * @param experiment the one experiment to run; empty = all
   */
  record Request(int firstSeed, int lastSeed, String experiment) {
    /** Returns whether an experiment of that name is to be run. */
    public boolean wants(String name) {
      return experiment.isEmpty() || experiment.equals(name);
    }
  }
}
