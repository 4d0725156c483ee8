package io.sluice.server.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The first bytes of a segment: magic, format version, salt, number, length of the segment before,
 * and the CRC32C of these; big-endian.
 *
 * @param salt of the checksums of its frames, random
 * @param number its place in the journal, from 1
 * @param previousBytes how long the segment before was when this one was begun; 0 = there was none.
 *     A segment that lost whole frames at its end would else look like one that was never longer
 */
record SegmentHeader(int salt, long number, long previousBytes) {
  static final int BYTES = 36;
  static final int VERSION = 1;

  private static final long MAGIC = 0x534c_5549_4345_4a00L; // "SLUICEJ" and a zero
  private static final int VERSION_AT = 8;
  private static final int SALT_AT = 12;
  private static final int NUMBER_AT = 16;
  private static final int PREVIOUS_AT = 24;
  private static final int CHECKSUM_AT = 32;

  ByteBuffer encode() {
    ByteBuffer bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(0, MAGIC)
            .putInt(VERSION_AT, VERSION)
            .putInt(SALT_AT, salt)
            .putLong(NUMBER_AT, number)
            .putLong(PREVIOUS_AT, previousBytes);
    return bytes.putInt(CHECKSUM_AT, checksum(bytes));
  }

  /** Reads the header of a segment that has one, by {@link #problem}. */
  static SegmentHeader decode(ByteBuffer segment) {
    return new SegmentHeader(
        segment.getInt(SALT_AT), segment.getLong(NUMBER_AT), segment.getLong(PREVIOUS_AT));
  }

  /** Says what is wrong with the header of a segment of at least its length; empty = nothing. */
  static String problem(ByteBuffer segment) {
    if (segment.getLong(0) != MAGIC) {
      return "this is not the beginning of a segment";
    }
    int version = segment.getInt(VERSION_AT); // first, because another format may end elsewhere
    if (version != VERSION) {
      return "it has format version " + version + ", and this Sluice knows version " + VERSION;
    }
    return segment.getInt(CHECKSUM_AT) == checksum(segment)
        ? ""
        : "the checksum of the header is wrong";
  }

  private static int checksum(ByteBuffer segment) {
    CRC32C crc = new CRC32C();
    crc.update(segment.array(), segment.arrayOffset(), CHECKSUM_AT);
    return (int) crc.getValue();
  }
}
