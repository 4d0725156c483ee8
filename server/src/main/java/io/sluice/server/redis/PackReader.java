package io.sluice.server.redis;

import java.nio.ByteBuffer;

/** Reads what a script tells: one array of whole numbers in MessagePack. */
final class PackReader {
  private final ByteBuffer buffer;
  private int left;

  /**
   * Begins to read.
   *
   * @throws IllegalArgumentException if it is no array
   */
  PackReader(byte[] bytes) {
    buffer = ByteBuffer.wrap(bytes);
    int type = buffer.get() & 0xff;
    left =
        switch (type) {
          case 0xdc -> buffer.getShort() & 0xffff;
          case 0xdd -> buffer.getInt();
          default -> {
            if ((type & 0xf0) != 0x90) {
              throw new IllegalArgumentException("not an array but type " + type);
            }
            yield type & 0x0f;
          }
        };
  }

  /** Returns how many numbers are left. */
  int left() {
    return left;
  }

  /**
   * Returns the next number.
   *
   * @throws IllegalArgumentException if it is none
   */
  long next() {
    left--;
    int type = buffer.get() & 0xff;
    return switch (type) {
      case 0xcc -> buffer.get() & 0xff;
      case 0xcd -> buffer.getShort() & 0xffff;
      case 0xce -> buffer.getInt() & 0xffff_ffffL;
      case 0xcf, 0xd3 -> buffer.getLong();
      case 0xd0 -> buffer.get();
      case 0xd1 -> buffer.getShort();
      case 0xd2 -> buffer.getInt();
      default -> {
        if (type >= 0x80 && type < 0xe0) {
          throw new IllegalArgumentException("not a number but type " + type);
        }
        yield (byte) type;
      }
    };
  }
}
