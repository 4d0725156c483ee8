package io.sluice.server.state;

import io.sluice.engine.store.memory.Restoration;
import io.sluice.server.journal.Journal;
import io.sluice.server.journal.RecordConsumer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Reads the records of a journal on a thread of its own, while those read before are told to the
 * store: a restart with a million leases takes half the time.
 */
final class ReadAhead {
  private static final int BATCH = 256;
  private static final int MAX_BATCHES = 64;

  private final RecordReader reader;
  private final BlockingQueue<List<RecordReader.Change>> read =
      new ArrayBlockingQueue<>(MAX_BATCHES);
  private List<RecordReader.Change> batch = new ArrayList<>(BATCH);

  /** Opens a journal and tells its records. */
  interface Opener {
    Journal open(RecordConsumer told) throws IOException;
  }

  ReadAhead(RecordReader reader) {
    this.reader = reader;
  }

  /**
   * Tells a store all records of a journal.
   *
   * @throws IOException if it cannot be opened, or a record not be read
   */
  Journal tell(Restoration restoration, Opener opener) throws IOException {
    FutureTask<Journal> opening = new FutureTask<>(() -> open(opener));
    Thread thread = new Thread(opening, "sluice-replay");
    thread.setDaemon(true);
    thread.start();
    try {
      for (List<RecordReader.Change> next = read.take(); !next.isEmpty(); next = read.take()) {
        next.forEach(change -> change.tell(restoration));
      }
      return opening.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the start was interrupted");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } finally {
      thread.interrupt(); // which waits for room if the store refused a record
    }
  }

  private Journal open(Opener opener) throws IOException, InterruptedException {
    try {
      Journal journal =
          opener.open(
              record -> {
                batch.add(reader.read(record));
                if (batch.size() == BATCH) {
                  pass();
                }
              });
      if (!batch.isEmpty()) {
        pass();
      }
      return journal;
    } finally {
      read.put(List.of()); // the end
    }
  }

  private void pass() throws InterruptedIOException {
    try {
      read.put(batch);
    } catch (InterruptedException e) {
      throw new InterruptedIOException("the store refused a record");
    }
    batch = new ArrayList<>(BATCH);
  }
}
