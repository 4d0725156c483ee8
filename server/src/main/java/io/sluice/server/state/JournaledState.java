package io.sluice.server.state;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.learning.SavedLearning;
import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.BucketName;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.Recorder;
import io.sluice.engine.store.Restored;
import io.sluice.engine.store.memory.Checkpoint;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.engine.store.memory.Records;
import io.sluice.engine.store.memory.Restoration;
import io.sluice.proto.state.v1.Granted;
import io.sluice.proto.state.v1.LeaseOutcome;
import io.sluice.proto.state.v1.Record;
import io.sluice.server.driver.StepLog;
import io.sluice.server.journal.DurableListener;
import io.sluice.server.journal.Journal;
import io.sluice.server.journal.JournalCounters;
import io.sluice.server.journal.JournalSettings;
import io.sluice.server.journal.JournalState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of an engine in a directory. Each step of the engine appends what it changed; from time
 * to time all that is known is appended anew, a little at a time, so that older segments can go.
 *
 * <p>The time of the engine goes on across restarts: while no process ran, no lease grew older and
 * no token accrued, unless the wall clock is trusted to tell how long that was.
 */
public final class JournaledState implements StepLog, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournaledState.class);

  /** How much is appended before all is appended anew; at least as much as the last time took. */
  private static final long MIN_CHECKPOINT_BYTES = 64L << 20;

  /** How much is told, or wakes, at once: a step of well below a millisecond. */
  private static final int CHUNK = 200;

  private static final long PAUSE_NANOS = 1_000_000L;
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final long IDLE_NANOS = 60 * SECOND_NANOS;
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private final Journal journal;
  private final Records records;
  private final Recorder recorder = new Writing();
  private final long startNanos;
  private final long minCheckpointBytes;
  private long nowNanos;
  private long position;

  /** Where, and when, it was last told how far time has come. */
  private long timePosition;

  private long timeNanos;
  private @Nullable Checkpoint checkpoint;
  private long checkpointSegment;
  private long checkpointBytes;
  private long bytesBefore;

  /** Hears what was brought back. */
  @FunctionalInterface
  public interface Told {
    /**
     * Hears it.
     *
     * @param learned what buckets had learned
     * @param nowNanos the time of the engine at which it goes on
     */
    void restored(Restored restored, List<SavedLearning> learned, long nowNanos);
  }

  private JournaledState(
      Journal journal, Records records, long startNanos, long minCheckpointBytes) {
    this.journal = journal;
    this.records = records;
    this.startNanos = startNanos;
    this.minCheckpointBytes = minCheckpointBytes;
    this.nowNanos = startNanos;
    this.bytesBefore = journal.bytesOnDisk();
  }

  /**
   * Brings the state back that is in a directory, and goes on to record it there.
   *
   * @param limits finds a limit in force by its name
   * @param store a store in which nothing has happened yet
   * @param told hears what others than the store have to know of
   * @param trustWallClock whether time passed while no process ran, as the wall clock tells
   * @param wallMillis the time of day
   * @throws IOException if the directory is in use or damaged, or the disk fails
   */
  public static JournaledState open(
      Path dir,
      JournalSettings settings,
      Function<String, @Nullable ActiveLimit> limits,
      MemoryStore store,
      Told told,
      boolean trustWallClock,
      long wallMillis,
      LongSupplier nanos,
      RandomGenerator salts)
      throws IOException {
    return open(
        dir,
        settings,
        limits,
        store,
        told,
        trustWallClock,
        wallMillis,
        nanos,
        salts,
        MIN_CHECKPOINT_BYTES);
  }

  static JournaledState open(
      Path dir,
      JournalSettings settings,
      Function<String, @Nullable ActiveLimit> limits,
      MemoryStore store,
      Told told,
      boolean trustWallClock,
      long wallMillis,
      LongSupplier nanos,
      RandomGenerator salts,
      long minCheckpointBytes)
      throws IOException {
    long began = nanos.getAsLong();
    PackedLeases packed = new PackedLeases();
    Restoration restoration = store.records().restoration(limits, packed);
    RecordReader reader = new RecordReader(packed);
    ReadAhead records = new ReadAhead(reader);
    Journal journal =
        records.tell(restoration, record -> Journal.open(dir, settings, nanos, salts, record));
    long now = reader.latestNanos();
    if (trustWallClock && reader.latestWallMillis() > 0) {
      now += Math.max(0, wallMillis - reader.latestWallMillis()) * NANOS_PER_MILLI;
    }
    JournaledState state = new JournaledState(journal, store.records(), now, minCheckpointBytes);
    told.restored(restoration.finish(now), reader.learned(), now);
    store.records().record(state.recorder);
    LOG.info(
        "{} leases are back from {} after {} ms",
        store.leaseCount(),
        dir,
        (nanos.getAsLong() - began) / NANOS_PER_MILLI);
    return state;
  }

  /** Returns the time of the engine at which it goes on. */
  public long startNanos() {
    return startNanos;
  }

  @Override
  public void start(Listener listener) {
    journal.start(
        new DurableListener() {
          @Override
          public void durable(long durable) {
            listener.durable(durable);
          }

          @Override
          public void failed(IOException cause) {
            LOG.error("The journal has failed; nothing more is granted", cause);
            listener.failed(String.valueOf(cause.getMessage()));
          }
        });
  }

  @Override
  public void beginStep(long stepNanos) {
    nowNanos = stepNanos;
  }

  @Override
  public void endStep() {
    records.flush(this::level, nowNanos);
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public long durable() {
    return journal.durable();
  }

  @Override
  public String problem() {
    JournalState state = journal.state();
    if (state.phase() == JournalState.Phase.FAILED) {
      return "the journal has failed: " + state.problem();
    }
    return journal.isCongested() ? "the disk does not keep up with the journal" : "";
  }

  @Override
  public long tend(AdmissionEngine engine, long wallMillis) {
    if (records.wakeSome(CHUNK)) {
      return PAUSE_NANOS;
    }
    if (checkpoint == null) {
      tell(engine.learned(false));
      tellTime(wallMillis);
      long told = bytesBefore + journal.bytesSinceRotation();
      if (told < Math.max(minCheckpointBytes, 2 * checkpointBytes)) {
        return SECOND_NANOS;
      }
      checkpointSegment = journal.rotate();
      append(Record.newBuilder().setNextFence(records.nextFence()));
      append(Record.newBuilder().setWallMillis(wallMillis));
      tell(engine.learned(true));
      checkpoint = records.checkpoint(engine.limits(), this::level, nowNanos);
    } else if (!checkpoint.next(CHUNK, nowNanos)) {
      checkpoint = null;
      checkpointBytes = journal.bytesSinceRotation();
      bytesBefore = 0;
      journal.dropBefore(checkpointSegment);
      return SECOND_NANOS;
    }
    return PAUSE_NANOS;
  }

  /** What was learned is told once a second: the last of it may be lost, and is learned again. */
  private void tell(List<SavedLearning> news) {
    news.forEach(saved -> append(Record.newBuilder().setLearned(LearnedRecords.write(saved))));
  }

  /** Tells how far time has come; rarely while nothing else happens, so that a disk may rest. */
  private void tellTime(long wallMillis) {
    if (position != timePosition || nowNanos - timeNanos >= IDLE_NANOS) {
      append(Record.newBuilder().setWallMillis(wallMillis));
      timePosition = position;
      timeNanos = nowNanos;
    }
  }

  /** Returns what was written. */
  public JournalCounters counters() {
    return journal.counters();
  }

  /** Returns how many bytes the directory holds. */
  public long bytesOnDisk() {
    return journal.bytesOnDisk();
  }

  /** Writes what is pending, and lets the directory go. */
  @Override
  public void close() {
    journal.close();
  }

  private void level(BucketName bucket, long[] numbers) {
    append(Record.newBuilder().setLevel(RecordWriter.level(bucket, numbers)));
  }

  private void append(Record.Builder record) {
    byte[] bytes = record.setAtNanos(nowNanos).build().toByteArray();
    position = journal.append(ByteBuffer.wrap(bytes));
  }

  /** Writes down what the store tells. */
  private final class Writing implements Recorder {
    @Override
    public void lease(Lease lease) {
      append(Record.newBuilder().setLease(RecordWriter.lease(records.saved(lease))));
    }

    @Override
    public void ended(Lease lease) {
      if (checkpoint != null) {
        lease(lease); // its beginning may be in a segment that goes
      } else {
        append(Record.newBuilder().setEnded(RecordWriter.ended(lease)));
      }
    }

    @Override
    public void undone(LeaseId lease) {
      append(Record.newBuilder().setUndone(RecordWriter.key(lease)));
    }

    @Override
    public void outcome(LeaseId lease, Outcome outcome) {
      append(
          Record.newBuilder()
              .setOutcome(
                  LeaseOutcome.newBuilder()
                      .setId(RecordWriter.key(lease))
                      .setOutcome(Names.OUTCOME.saved(outcome))));
    }

    @Override
    public void granted(Acquire acquire, long atNanos) {
      append(
          Record.newBuilder()
              .setGranted(
                  Granted.newBuilder()
                      .setAcquire(RecordWriter.acquire(acquire))
                      .setAtNanos(atNanos)));
    }

    @Override
    public void forgotten(Acquire acquire) {
      append(Record.newBuilder().setForgotten(RecordWriter.acquire(acquire)));
    }
  }
}
