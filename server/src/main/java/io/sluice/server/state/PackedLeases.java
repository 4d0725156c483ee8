package io.sluice.server.state;

import com.google.protobuf.CodedInputStream;
import io.sluice.engine.store.LeaseSource;
import io.sluice.engine.store.SavedLease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Leases as the journal has them, to be read when somebody asks; outside the heap, so that no
 * collection moves them. One thread adds; another reads what it was given the position of.
 */
final class PackedLeases implements LeaseSource {
  /** The longest lease that may be added. */
  static final int LONGEST_BYTES = 1 << 13;

  private static final int CHUNK_BITS = 22;
  private static final int CHUNK_BYTES = 1 << CHUNK_BITS;

  private final LeaseReader reader = new LeaseReader();
  private volatile ByteBuffer[] chunks = {};
  private ByteBuffer chunk = ByteBuffer.allocate(0);

  /** Adds a lease, and returns its position. */
  long add(byte[] bytes, int from, int length) {
    if (chunk.remaining() < Short.BYTES + length) {
      chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
      ByteBuffer[] more = Arrays.copyOf(chunks, chunks.length + 1);
      more[chunks.length] = chunk;
      chunks = more;
    }
    long position = ((chunks.length - 1L) << CHUNK_BITS) + chunk.position();
    chunk.putShort((short) length).put(bytes, from, length);
    return position;
  }

  @Override
  public SavedLease read(long position) {
    ByteBuffer from = chunks[(int) (position >>> CHUNK_BITS)];
    int at = (int) position & (CHUNK_BYTES - 1);
    byte[] bytes = new byte[from.getShort(at)];
    from.get(at + Short.BYTES, bytes);
    ByteBuffer lease = ByteBuffer.wrap(bytes);
    try {
      return reader.read(lease, CodedInputStream.newInstance(lease), bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException("what was skimmed cannot be read", e);
    }
  }
}
