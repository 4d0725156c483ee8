package io.sluice.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of records in a directory: what is called durable is found by the next {@link #open}, in
 * the order in which it was appended.
 *
 * <p>Open it, which gives back what there is; {@link #start} it; append. {@link #append}, {@link
 * #rotate} and {@link #dropBefore} are for one thread at a time, never block and do no I/O: they
 * wait at most for one copy of a record. All else is thread-safe.
 *
 * <p>The thread {@code sluice-journal} writes everything that gathered while it wrote what gathered
 * before; it waits for nothing else. The first error of the disk fails the journal for good: what
 * was not durable by then never will be, nothing more is written, and an append has no effect.
 */
public final class Journal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  private final JournalWriter writer;
  private final Pending pending;
  private final Failure failure;
  private final int maxPendingBytes;
  private final @Nullable DirectoryLock lock;
  private boolean started; // guarded by this
  private volatile boolean closed;

  private Journal(
      JournalWriter writer,
      Failure failure,
      JournalSettings settings,
      @Nullable DirectoryLock lock) {
    this.writer = writer;
    this.pending = writer.pending();
    this.failure = failure;
    this.maxPendingBytes = settings.maxPendingBytes();
    this.lock = lock;
  }

  /**
   * Opens the journal in a directory, which is created if it is missing and locked until {@link
   * #close}.
   *
   * @param nanos a monotonic clock in nanoseconds
   * @param salts makes frames unlike anything that a record may hold; should not be foreseeable by
   *     those who decide what records hold
   * @param replay told each record that is there, on this thread
   * @throws JournalDamagedException if records were lost otherwise than by a crash, unless damage
   *     is accepted
   * @throws IOException if another journal has the directory, the disk fails, or {@code replay}
   *     refuses
   */
  public static Journal open(
      Path dir,
      JournalSettings settings,
      LongSupplier nanos,
      RandomGenerator salts,
      RecordConsumer replay)
      throws IOException {
    FileDisk disk = FileDisk.open(dir);
    DirectoryLock lock = DirectoryLock.take(disk.dir());
    boolean opened = false;
    try {
      Journal journal = open(disk, lock, settings, nanos, salts, replay);
      opened = true;
      return journal;
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  static Journal open(
      Disk disk,
      @Nullable DirectoryLock lock,
      JournalSettings settings,
      LongSupplier nanos,
      RandomGenerator salts,
      RecordConsumer consumer)
      throws IOException {
    Replay replay = Replay.read(disk, settings.acceptDamage(), consumer);
    if (!replay.notice().isEmpty()) {
      LOG.warn(replay.notice());
    }
    Failure failure = new Failure();
    return new Journal(
        new JournalWriter(disk, settings, nanos, salts, replay, failure), failure, settings, lock);
  }

  /**
   * Begins to write, what was appended before too.
   *
   * @param listener told what became durable, and of a failure
   * @throws IllegalStateException if it was started or closed before
   */
  public synchronized void start(DurableListener listener) {
    if (started || closed) {
      throw new IllegalStateException("a journal is started once, before it is closed");
    }
    started = true;
    writer.tell(listener);
    Thread thread = new Thread(writer, "sluice-journal");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Appends what remains of a buffer, whose position stays; it is copied.
   *
   * <p>If more than {@code maxPendingBytes} would wait to be written, the journal fails. The record
   * tells of a change that was made already, so it can neither be refused nor left out, and to wait
   * would stop everybody: who can refuse work does so while the journal {@link #isCongested}.
   *
   * @return its position: how many records were appended since the journal was opened. It may be
   *     called durable once {@link #durable} is as high. If the journal has failed or is closed, it
   *     never is
   * @throws io.sluice.engine.model.InvalidArgumentException if the record is empty or longer than 1
   *     MiB
   */
  public long append(ByteBuffer record) {
    return pending.append(record);
  }

  /** Returns the position up to which every record is durable, as {@link Fsync} says; 0 = none. */
  public long durable() {
    return writer.durable();
  }

  /**
   * Begins a segment with the next record.
   *
   * @return its number; all records from now on are in it or in later ones, and none before is
   */
  public long rotate() {
    return pending.rotate();
  }

  /**
   * Deletes the segments before one, once everything appended before this call is on the device,
   * whatever {@link Fsync} says. If a file cannot be deleted, it is tried again the next time.
   *
   * @throws io.sluice.engine.model.InvalidArgumentException if there is no such segment yet
   */
  public void dropBefore(long segment) {
    pending.dropBefore(segment);
  }

  /** Returns how many bytes were appended since {@link #rotate} was called, or since the start. */
  public long bytesSinceRotation() {
    return pending.bytesSinceRotation();
  }

  /** Returns how many bytes were appended and are not written yet. */
  public int pendingBytes() {
    return pending.bytes();
  }

  /** Returns whether half of what may be pending is: time to refuse new work. */
  public boolean isCongested() {
    return pending.bytes() > maxPendingBytes / 2;
  }

  /** Returns how many bytes the segments have. */
  public long bytesOnDisk() {
    return writer.bytesOnDisk();
  }

  /** Returns what was written. */
  public JournalCounters counters() {
    return writer.counters();
  }

  /** Returns whether records still become durable, and if not, why. */
  public JournalState state() {
    IOException cause = failure.cause();
    if (cause != null) {
      return new JournalState(JournalState.Phase.FAILED, String.valueOf(cause.getMessage()));
    }
    return new JournalState(closed ? JournalState.Phase.CLOSED : JournalState.Phase.OPEN, "");
  }

  /**
   * Writes and forces what is pending, stops the thread and unlocks the directory. Waits for the
   * disk; the listener is told until then, and must not call this from {@link
   * DurableListener#durable}. Does nothing the second time.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    pending.close();
    if (!started) {
      writer.run();
    }
    writer.awaitStopped();
    closed = true;
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      LOG.warn("The lock of the journal could not be closed", e);
    }
  }
}
