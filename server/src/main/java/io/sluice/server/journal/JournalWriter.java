package io.sluice.server.journal;

import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what is pending, batch after batch, on one thread: all that is not said to be otherwise
 * belongs to that thread. The first thing that fails is the last that is done.
 */
final class JournalWriter implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);

  private final Disk disk;
  private final JournalSettings settings;
  private final LongSupplier nanos;
  private final RandomGenerator salts;
  private final Pending pending;
  private final Failure failure;
  private final NavigableMap<Long, Long> older; // lengths in bytes of segments written before
  private final CountDownLatch stopped = new CountDownLatch(1);
  private Segment segment;
  private DurableListener listener = Silent.INSTANCE;
  private long forceDueNanos;
  private volatile long durable; // written by the thread, read by anyone, as the next two
  private volatile long bytesOnDisk;
  private volatile JournalCounters counters = JournalCounters.NONE;

  /**
   * Creates a writer that goes on after what was read.
   *
   * @throws IOException if the next segment cannot be created
   */
  JournalWriter(
      Disk disk,
      JournalSettings settings,
      LongSupplier nanos,
      RandomGenerator salts,
      Replay replay,
      Failure failure)
      throws IOException {
    this.disk = disk;
    this.settings = settings;
    this.nanos = nanos;
    this.salts = salts;
    this.failure = failure;
    older = replay.kept();
    pending = new Pending(settings.maxPendingBytes(), replay.next(), failure);
    segment = create(replay.next());
    measure();
  }

  private Segment create(long number) throws IOException {
    long previousBytes = older.getOrDefault(number - 1, 0L);
    return Segment.create(disk, new SegmentHeader(salts.nextInt(), number, previousBytes));
  }

  /** Says whom to tell; before this runs. */
  void tell(DurableListener whom) {
    listener = whom;
  }

  Pending pending() {
    return pending;
  }

  long durable() {
    return durable;
  }

  long bytesOnDisk() {
    return bytesOnDisk;
  }

  JournalCounters counters() {
    return counters;
  }

  /** Writes until the journal is closed or fails. */
  @Override
  public void run() {
    try {
      while (step()) {
        // each step waits for work
      }
      if (!failure.happened()) {
        segment.force();
      }
    } catch (IOException e) {
      failure.is(e);
    } catch (RuntimeException | Error e) {
      failure.is(new IOException("the journal's writer met a bug: " + e, e));
    }
    stop();
  }

  /** Waits for work and does it; returns whether there may be more. */
  boolean step() throws IOException {
    Batch batch = pending.take(nanosUntilForce());
    if (batch == null) {
      return false;
    }
    try {
      if (!batch.isEmpty()) {
        write(batch);
      }
      if (nanosUntilForce() <= 0) {
        segment.force();
      }
    } finally {
      pending.done(batch);
    }
    return true;
  }

  private long nanosUntilForce() {
    return settings.fsync() == Fsync.INTERVAL && segment.isDirty()
        ? forceDueNanos - nanos.getAsLong()
        : Long.MAX_VALUE;
  }

  private void write(Batch batch) throws IOException {
    long began = nanos.getAsLong();
    boolean wasClean = !segment.isDirty();
    int from = 0;
    for (Batch.Rotation rotation : batch.rotations()) {
      segment.write(batch.frames(), from, rotation.offset());
      rotateTo(rotation.segment());
      from = rotation.offset();
    }
    segment.write(batch.frames(), from, batch.bytes());
    if (settings.fsync() == Fsync.ALWAYS) {
      segment.force();
    }
    if (wasClean || !batch.rotations().isEmpty()) {
      forceDueNanos = began + settings.fsyncIntervalNanos();
    }
    counters = counters.plus(batch.records(), batch.bytes(), nanos.getAsLong() - began);
    measure();
    acknowledge(batch.records());
    if (batch.dropBefore() > 0) {
      drop(batch.dropBefore());
    }
  }

  /** What an older segment holds is on the device before a newer one is there. */
  private void rotateTo(long number) throws IOException {
    segment.force();
    older.put(segment.number(), segment.bytes());
    segment.close();
    segment = create(number);
  }

  private void acknowledge(int records) {
    if (records == 0 || failure.happened()) {
      return;
    }
    long position = durable + records;
    durable = position;
    try {
      listener.durable(position);
    } catch (RuntimeException e) {
      LOG.error("What became durable could not be told", e);
    }
  }

  /** What takes the place of the older segments is on the device before these go. */
  private void drop(long before) throws IOException {
    segment.force();
    Iterator<Map.Entry<Long, Long>> oldest = older.headMap(before, false).entrySet().iterator();
    while (oldest.hasNext()) {
      String file = SegmentFiles.name(oldest.next().getKey());
      try {
        disk.delete(file);
      } catch (IOException e) {
        // It costs room and no record. To delete the next would leave a gap.
        LOG.warn("{}/{} could not be deleted and stays until the next time", disk, file, e);
        break;
      }
      disk.force(); // each, so that a crash cannot leave an older one without a newer one
      oldest.remove();
    }
    measure();
  }

  private void measure() {
    long sum = segment.bytes();
    for (long bytes : older.values()) {
      sum += bytes;
    }
    bytesOnDisk = sum;
  }

  private void stop() {
    try {
      segment.close();
    } catch (IOException e) {
      failure.is(e);
    }
    stopped.countDown(); // first: who is told may end the process, which waits for this
    IOException cause = failure.cause();
    if (cause == null) {
      return;
    }
    LOG.error("The journal has failed; nothing becomes durable any more", cause);
    try {
      listener.failed(cause);
    } catch (RuntimeException e) {
      LOG.error("That the journal has failed could not be told", e);
    }
  }

  /** Waits until everything is written and the file is closed. */
  void awaitStopped() {
    boolean interrupted = false;
    while (stopped.getCount() > 0) {
      try {
        stopped.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private enum Silent implements DurableListener {
    INSTANCE;

    @Override
    public void durable(long position) {}

    @Override
    public void failed(IOException cause) {}
  }
}
