package io.sluice.server.state;

import com.google.protobuf.CodedInputStream;
import io.sluice.engine.store.LeaseSource;
import io.sluice.engine.store.SavedLease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Leases as the journal has them, to be read when somebody asks. One thread adds; another reads
 * what it was given the position of.
 */
final class PackedLeases implements LeaseSource {
  /** The longest lease that may be added. */
  static final int LONGEST_BYTES = 1 << 13;

  private static final int CHUNK_BITS = 20;
  private static final int CHUNK_BYTES = 1 << CHUNK_BITS;

  private final LeaseReader reader = new LeaseReader();
  private volatile byte[][] chunks = {};
  private byte[] chunk = {};
  private int used;

  /** Adds a lease, and returns its position. */
  long add(byte[] bytes, int from, int length) {
    if (used + Short.BYTES + length > chunk.length) {
      chunk = new byte[CHUNK_BYTES];
      used = 0;
      byte[][] more = Arrays.copyOf(chunks, chunks.length + 1);
      more[chunks.length] = chunk;
      chunks = more;
    }
    long position = ((chunks.length - 1L) << CHUNK_BITS) + used;
    chunk[used] = (byte) (length >>> Byte.SIZE);
    chunk[used + 1] = (byte) length;
    System.arraycopy(bytes, from, chunk, used + Short.BYTES, length);
    used += Short.BYTES + length;
    return position;
  }

  @Override
  public SavedLease read(long position) {
    byte[] from = chunks[(int) (position >>> CHUNK_BITS)];
    int at = (int) position & (CHUNK_BYTES - 1);
    int length = (from[at] & 0xFF) << Byte.SIZE | (from[at + 1] & 0xFF);
    ByteBuffer bytes = ByteBuffer.wrap(from, at + Short.BYTES, length);
    try {
      return reader.read(bytes, CodedInputStream.newInstance(bytes), length);
    } catch (IOException e) {
      throw new UncheckedIOException("what was skimmed cannot be read", e);
    }
  }
}
