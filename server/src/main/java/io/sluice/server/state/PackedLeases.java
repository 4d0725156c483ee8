package io.sluice.server.state;

import com.google.protobuf.CodedInputStream;
import io.sluice.engine.store.LeaseSource;
import io.sluice.engine.store.SavedLease;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Leases as the journal has them, to be read when somebody asks: in the arrays in which they were
 * found. One thread adds; another reads what it was given the position of.
 */
final class PackedLeases implements LeaseSource {
  private final LeaseReader reader = new LeaseReader();
  private volatile byte[][] arrays = {};
  private byte[] last = {};

  /** Adds a lease, which begins with its length, and returns its position. */
  @SuppressWarnings("ReferenceEquality") // the next array may have the same bytes
  long add(byte[] bytes, int from) {
    if (bytes != last) {
      byte[][] more = Arrays.copyOf(arrays, arrays.length + 1);
      more[arrays.length] = bytes;
      arrays = more;
      last = bytes;
    }
    return (arrays.length - 1L) << Integer.SIZE | from;
  }

  @Override
  public SavedLease read(long position) {
    byte[] from = arrays[(int) (position >>> Integer.SIZE)];
    ByteBuffer bytes = ByteBuffer.wrap(from).position((int) position);
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    try {
      return reader.read(bytes, in, in.readRawVarint32());
    } catch (IOException e) {
      throw new UncheckedIOException("what was skimmed cannot be read", e);
    }
  }
}
