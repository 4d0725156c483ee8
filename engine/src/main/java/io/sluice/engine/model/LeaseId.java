package io.sluice.engine.model;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The name of a lease: 128 random bits, written as 32 hexadecimal digits.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record LeaseId(long high, long low) {
  /** Reads 32 hexadecimal digits; null if the text is anything else. */
  public static @Nullable LeaseId parse(String text) {
    if (text.length() != 32) {
      return null;
    }
    for (int i = 0; i < 32; i++) {
      if (!HexFormat.isHexDigit(text.charAt(i))) {
        return null;
      }
    }
    return new LeaseId(
        HexFormat.fromHexDigitsToLong(text, 0, 16), HexFormat.fromHexDigitsToLong(text, 16, 32));
  }

  @Override
  public int hashCode() {
    // The bits are random already; mixing them again would only cost time.
    return (int) low;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LeaseId that && that.low == low && that.high == high;
  }

  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
