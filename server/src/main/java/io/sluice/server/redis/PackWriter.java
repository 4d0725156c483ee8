package io.sluice.server.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes MessagePack, which a script reads in one call: arrays, whole numbers, flags and texts. */
final class PackWriter {
  private static final int FIRST_BYTES = 512;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int size;

  /** Begins an array of so many elements, at most 65535, which follow. */
  PackWriter array(int length) {
    if (length < 16) {
      put(0x90 | length);
    } else {
      put(0xdc);
      big(length, 2);
    }
    return this;
  }

  PackWriter number(long value) {
    if (value >= 0 && value < 128) {
      put((int) value);
    } else if (value == (int) value) {
      put(0xd2);
      big(value, 4);
    } else {
      put(0xd3);
      big(value, 8);
    }
    return this;
  }

  PackWriter flag(boolean value) {
    put(value ? 0xc3 : 0xc2);
    return this;
  }

  PackWriter text(String value) {
    return text(value.getBytes(StandardCharsets.UTF_8));
  }

  PackWriter text(byte[] value) {
    if (value.length < 32) {
      put(0xa0 | value.length);
    } else {
      put(0xda);
      big(value.length, 2);
    }
    reserve(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  private void big(long value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
      put((int) (value >>> shift));
    }
  }

  private void put(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  private void reserve(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }
}
