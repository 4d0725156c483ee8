package io.sluice.server.redis;

/** Counts what happens between this process and Redis. Thread-safe. */
final class Tally {
  private long postings;
  private long batches;
  private long timeouts;
  private long failures;
  private long lastNanos;
  private long totalNanos;
  private long longestNanos;

  synchronized void answered(int count, long nanos) {
    postings += count;
    batches++;
    lastNanos = nanos;
    totalNanos += nanos;
    longestNanos = Math.max(longestNanos, nanos);
  }

  synchronized void failed(Trouble trouble) {
    if (trouble == Trouble.LATE) {
      timeouts++;
    } else {
      failures++;
    }
  }

  synchronized LedgerFigures figures(long resent, long opened) {
    long mean = batches == 0 ? 0 : totalNanos / batches;
    return new LedgerFigures(
        postings, batches, resent, timeouts, failures, opened, lastNanos, mean, longestNanos);
  }
}
