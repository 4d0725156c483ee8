package io.sluice.engine.adaptive.concurrency;

/**
 * The permits that the heaviest piece of work lately took, as seen from two that began one after
 * the other: a limit that has no room for it is full.
 */
final class PieceSize {
  private static final long UNKNOWN = -1;

  private long inFlight = UNKNOWN;
  private long heaviest = 1;
  private long seen;

  void started(long nowInFlight) {
    if (inFlight != UNKNOWN) {
      seen = Math.max(seen, nowInFlight - inFlight);
      heaviest = Math.max(heaviest, seen);
    }
    inFlight = nowInFlight;
  }

  void ended() {
    inFlight = UNKNOWN;
  }

  /** Forgets what was heavier than anything since this was called last. */
  void rest() {
    if (seen > 0) {
      heaviest = seen;
      seen = 0;
    }
  }

  /** Returns whether so much in flight leaves no room for another under the limit. */
  boolean fill(long nowInFlight, long limit) {
    return nowInFlight > limit - heaviest;
  }
}
