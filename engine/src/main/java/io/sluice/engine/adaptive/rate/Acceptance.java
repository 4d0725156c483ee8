package io.sluice.engine.adaptive.rate;

/** How much of what was sent since the last cut the provider took on: this sample and the last. */
final class Acceptance {
  /** Fewest answers whose share is believed. */
  private static final int ENOUGH = 20;

  private double accepted;
  private double refused;
  private int answers;
  private double lastAccepted;
  private double lastRefused;
  private int lastAnswers;
  private int refusedInARow;

  void accepted(long permits) {
    accepted += permits;
    answers++;
    refusedInARow = 0;
  }

  void refused(long permits) {
    refused += permits;
    answers++;
    refusedInARow = Math.min(ENOUGH, refusedInARow + 1);
  }

  /** Begins the next sample. */
  void roll() {
    lastAccepted = accepted;
    lastRefused = refused;
    lastAnswers = answers;
    accepted = 0;
    refused = 0;
    answers = 0;
  }

  void forget() {
    roll();
    roll();
  }

  /** Returns the permits that were accepted in the sample that ended last. */
  double lastAccepted() {
    return lastAccepted;
  }

  /** Returns how many were refused since one was accepted last, whatever was cut between. */
  int refusedInARow() {
    return refusedInARow;
  }

  /** Returns whether there are answers enough to believe the share. */
  boolean enough() {
    return answers + lastAnswers >= ENOUGH;
  }

  /** Returns the accepted share of permits; 1 = nothing was answered. */
  double share() {
    double took = accepted + lastAccepted;
    double all = took + refused + lastRefused;
    return all > 0 ? took / all : 1;
  }
}
