package io.sluice.server.journal;

import java.io.IOException;

/** Told what became durable, on the thread that writes, which holds no lock meanwhile. */
public interface DurableListener {
  /**
   * Notes that everything appended up to a position is durable. Positions rise; one call may tell
   * of many records. The next batch is not written before this returns.
   */
  void durable(long position);

  /** Notes, once and last, that nothing becomes durable any more. */
  void failed(IOException cause);
}
