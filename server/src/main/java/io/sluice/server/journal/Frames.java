package io.sluice.server.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The frames of one segment: length, checksum, record. Numbers are big-endian; the checksum is the
 * CRC32C of the segment's salt, the length and the record. The salt keeps what a record holds, and
 * what an older file left behind on the device, from looking like a frame.
 *
 * <p>Not thread-safe.
 */
final class Frames {
  /** What a frame takes beyond its record. */
  static final int OVERHEAD = 2 * Integer.BYTES;

  static final int MAX_RECORD_BYTES = 1 << 20;

  private final ByteBuffer prefix = ByteBuffer.allocate(2 * Integer.BYTES); // salt, length
  private final CRC32C crc = new CRC32C();

  Frames(int salt) {
    prefix.putInt(0, salt);
  }

  /** Puts the checksums into frames that lie one after another from one offset to another. */
  void seal(ByteBuffer frames, int from, int to) {
    for (int at = from; at < to; at += OVERHEAD + frames.getInt(at)) {
      frames.putInt(at + Integer.BYTES, checksum(frames, at, frames.getInt(at)));
    }
  }

  /** Returns whether there is a whole frame at an offset of an array's buffer. */
  boolean isFrame(ByteBuffer bytes, int at) {
    if (!hasLength(bytes, at)) {
      return false;
    }
    int length = bytes.getInt(at);
    return bytes.getInt(at + Integer.BYTES) == checksum(bytes, at, length);
  }

  private static boolean hasLength(ByteBuffer bytes, int at) {
    int room = bytes.limit() - at - OVERHEAD;
    if (room < 1) {
      return false;
    }
    int length = bytes.getInt(at);
    return length >= 1 && length <= MAX_RECORD_BYTES && length <= room;
  }

  private int checksum(ByteBuffer bytes, int at, int length) {
    prefix.putInt(Integer.BYTES, length);
    crc.reset();
    crc.update(prefix.array(), 0, prefix.capacity());
    crc.update(bytes.array(), bytes.arrayOffset() + at + OVERHEAD, length);
    return (int) crc.getValue();
  }

  /** Returns whether there is a whole frame at an offset or anywhere after it. */
  boolean isFrameFrom(ByteBuffer bytes, int from) {
    for (int at = from; at <= bytes.limit() - OVERHEAD; at++) {
      if (isFrame(bytes, at)) {
        return true;
      }
    }
    return false;
  }

  /** Says why there is no frame at an offset. */
  static String problem(ByteBuffer bytes, int at) {
    int room = bytes.limit() - at - OVERHEAD;
    if (room < 0) {
      return "a frame is cut short in its head";
    }
    int length = bytes.getInt(at);
    if (length < 1 || length > MAX_RECORD_BYTES) {
      return "the length of a record must be in [1, " + MAX_RECORD_BYTES + "] but is " + length;
    }
    return length > room
        ? "a record of " + length + " bytes is cut short after " + room
        : "the checksum of a record of " + length + " bytes is wrong";
  }
}
