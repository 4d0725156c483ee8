package io.sluice.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Told each record of a journal, in order, while it is opened. */
@FunctionalInterface
public interface RecordConsumer {
  /**
   * Takes one record.
   *
   * @param record the record, in an array from position 0 to its limit; not to be changed by
   *     anybody any more
   * @throws IOException if it cannot be understood; the journal is not opened then
   */
  void accept(ByteBuffer record) throws IOException;
}
