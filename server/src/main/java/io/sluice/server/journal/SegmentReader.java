package io.sluice.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the records of one segment: a function of its bytes. */
final class SegmentReader {
  /** Says that nothing is known of the segment before. */
  static final long UNKNOWN = -1;

  private SegmentReader() {}

  /**
   * Reads a segment up to its end or to the first thing that is wrong.
   *
   * @param segment all its bytes, in an array from its beginning to the limit
   * @param number its number by its name
   * @param previousBytes the length of the segment before, or {@link #UNKNOWN}
   * @param consumer told each record before the end that is returned
   * @throws IOException if the consumer does
   */
  static SegmentEnd read(
      ByteBuffer segment, long number, long previousBytes, RecordConsumer consumer)
      throws IOException {
    if (segment.limit() < SegmentHeader.BYTES) {
      return new SegmentEnd(0, "the header is cut short after " + segment.limit(), true);
    }
    String problem = SegmentHeader.problem(segment);
    SegmentHeader header = SegmentHeader.decode(segment);
    if (problem.isEmpty()) {
      problem = misplaced(header, number, previousBytes);
    }
    return problem.isEmpty()
        ? records(segment, new Frames(header.salt()), consumer)
        : new SegmentEnd(0, problem, false);
  }

  private static String misplaced(SegmentHeader header, long number, long previousBytes) {
    if (header.number() != number) {
      return "by its header it is segment " + header.number();
    }
    if (previousBytes != UNKNOWN && header.previousBytes() != previousBytes) {
      return "the segment before must have "
          + header.previousBytes()
          + " bytes but has "
          + previousBytes;
    }
    return "";
  }

  private static SegmentEnd records(ByteBuffer segment, Frames frames, RecordConsumer consumer)
      throws IOException {
    int at = SegmentHeader.BYTES;
    while (at < segment.limit()) {
      if (!frames.isFrame(segment, at)) {
        boolean torn = !frames.isFrameFrom(segment, at + 1);
        String problem = Frames.problem(segment, at);
        return new SegmentEnd(at, torn ? problem : problem + ", and whole records follow", torn);
      }
      int length = segment.getInt(at);
      consumer.accept(segment.slice(at + Frames.OVERHEAD, length));
      at += Frames.OVERHEAD + length;
    }
    return new SegmentEnd(at, "", false);
  }
}
