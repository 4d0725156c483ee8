package io.sluice.engine.breaker;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The probes of one half-open time: which are under way, and how the others ended. A place is taken
 * by what is under way and by what has ended well, badly or unknown; work that says nothing gives
 * its place back. Not thread-safe.
 */
final class Probes {
  /** What the probes say. */
  enum Finding {
    /** Not enough to tell. */
    UNDECIDED,
    /** The service is well, however the remaining places end. */
    WELL,
    /** Too much failed, however the remaining places end. */
    FAILING,
    /** Too much was slow, however the remaining places end. */
    SLOW
  }

  private final Set<Long> underWay;
  private int ended;
  private int failed; // lost ones too
  private int slow;

  Probes() {
    underWay = new LinkedHashSet<>();
  }

  Probes(SavedBreaker.Probing saved) {
    underWay = new LinkedHashSet<>(saved.tickets());
    ended = saved.ended();
    failed = saved.failed();
    slow = saved.slow();
  }

  /** Returns whether one more may begin. */
  boolean hasPlace(BreakerRules rules) {
    return underWay.size() + ended < rules.probes();
  }

  /** Takes a place. */
  void start(long ticket) {
    underWay.add(ticket);
  }

  /** Gives a place back; nothing if that probe is not under way. */
  void giveBack(long ticket) {
    underWay.remove(ticket);
  }

  /** Counts a probe that ended; nothing if it is not under way. */
  void end(long ticket, boolean hasFailed, boolean wasSlow) {
    if (underWay.remove(ticket)) {
      ended++;
      failed += hasFailed ? 1 : 0;
      slow += wasSlow ? 1 : 0;
    }
  }

  /** Counts everything under way as failed. */
  void loseRest() {
    ended += underWay.size();
    failed += underWay.size();
    underWay.clear();
  }

  /** Judges as soon as the places that are left cannot change it. */
  Finding finding(BreakerRules rules) {
    return finding(rules, Math.max(rules.probes(), ended));
  }

  /** Judges by what has ended; undecided only if nothing has. */
  Finding findingSoFar(BreakerRules rules) {
    return ended == 0 ? Finding.UNDECIDED : finding(rules, ended);
  }

  private Finding finding(BreakerRules rules, int places) {
    int left = places - ended;
    if (reaches(failed, rules.failurePercent(), places)) {
      return Finding.FAILING;
    }
    if (reaches(slow, rules.slowPercent(), places)) {
      return Finding.SLOW;
    }
    boolean open =
        reaches(failed + left, rules.failurePercent(), places)
            || reaches(slow + left, rules.slowPercent(), places);
    return open ? Finding.UNDECIDED : Finding.WELL;
  }

  /** Returns whether a part is so much of the whole; 0 percent is never reached. */
  static boolean reaches(int part, int percent, int whole) {
    return percent > 0 && part * 100L >= (long) percent * whole;
  }

  int underWay() {
    return underWay.size();
  }

  int ended() {
    return ended;
  }

  int failed() {
    return failed;
  }

  int slow() {
    return slow;
  }

  SavedBreaker.Probing save() {
    return new SavedBreaker.Probing(List.copyOf(underWay), ended, failed, slow);
  }
}
