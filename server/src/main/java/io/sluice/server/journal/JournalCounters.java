package io.sluice.server.journal;

/**
 * What a journal has written since it was opened.
 *
 * @param batches how many times something was written
 * @param records how many records that were
 * @param bytes how many bytes they took, with their frames
 * @param lastBatchNanos how long the last batch took until it was durable; 0 = there was none
 */
public record JournalCounters(long batches, long records, long bytes, long lastBatchNanos) {
  static final JournalCounters NONE = new JournalCounters(0, 0, 0, 0);

  JournalCounters plus(long moreRecords, long moreBytes, long nanos) {
    return new JournalCounters(batches + 1, records + moreRecords, bytes + moreBytes, nanos);
  }
}
