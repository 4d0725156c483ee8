package io.sluice.server.journal;

import io.sluice.engine.model.InvalidArgumentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What was appended and is not written yet: one batch gathers while another is written.
 *
 * <p>Thread-safe. The lock is held for a copy of one record or a swap of the batches, never for
 * I/O.
 */
final class Pending {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final int mostBytes;
  private final Failure failure;
  private Batch gathering = new Batch(); // all from here guarded by lock
  private @Nullable Batch spare = new Batch();
  private int bytesInFlight;
  private long appended;
  private long segment;
  private long segmentBytes = SegmentHeader.BYTES;
  private long bytesSinceRotation;
  private boolean waiting;
  private boolean closing;

  Pending(int mostBytes, long segment, Failure failure) {
    this.mostBytes = mostBytes;
    this.segment = segment;
    this.failure = failure;
  }

  /** Adds a record and returns its position; see {@link Journal#append}. */
  long append(ByteBuffer record) {
    int length = record.remaining();
    if (length < 1 || length > Frames.MAX_RECORD_BYTES) {
      throw new InvalidArgumentException(
          "record", "must have [1, " + Frames.MAX_RECORD_BYTES + "] bytes but had " + length);
    }
    lock.lock();
    try {
      appended++;
      if (!isOpen()) {
        return appended;
      }
      int frame = Frames.OVERHEAD + length;
      if (frame > mostBytes - bytesInFlight - gathering.bytes()) {
        overflow();
        return appended;
      }
      if (segmentBytes + frame > Segment.LONGEST_BYTES) {
        beginSegment();
      }
      gather(record, frame);
      wake();
      return appended;
    } finally {
      lock.unlock();
    }
  }

  private void gather(ByteBuffer record, int frame) {
    try {
      gathering.add(record, mostBytes);
      segmentBytes += frame;
      bytesSinceRotation += frame;
    } catch (OutOfMemoryError e) {
      // What the record tells of was done already; a log without it must not go on.
      failure.is(new IOException("there is no memory for what waits to be written", e));
    }
  }

  private boolean isOpen() {
    return !closing && !failure.happened();
  }

  private void overflow() {
    failure.is(
        new IOException(
            "the disk does not keep up: more than " + mostBytes + " bytes wait to be written"));
    wake();
  }

  private void beginSegment() {
    segment++;
    segmentBytes = SegmentHeader.BYTES;
    gathering.rotate(segment);
  }

  private void wake() {
    if (waiting) {
      waiting = false;
      work.signal();
    }
  }

  /** Has the next record begin a segment, whose number is returned; see {@link Journal#rotate}. */
  long rotate() {
    lock.lock();
    try {
      bytesSinceRotation = 0;
      if (segmentBytes > SegmentHeader.BYTES && isOpen()) {
        beginSegment();
        wake();
      }
      return segment;
    } finally {
      lock.unlock();
    }
  }

  /** Has the segments before one deleted; see {@link Journal#dropBefore}. */
  void dropBefore(long first) {
    lock.lock();
    try {
      if (first < 1 || first > segment) {
        throw new InvalidArgumentException(
            "segment", "must be in [1, " + segment + "] but was " + first);
      }
      if (isOpen()) {
        gathering.dropBefore(first);
        wake();
      }
    } finally {
      lock.unlock();
    }
  }

  long bytesSinceRotation() {
    lock.lock();
    try {
      return bytesSinceRotation;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many bytes were appended and are not durable. */
  int bytes() {
    lock.lock();
    try {
      return bytesInFlight + gathering.bytes();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes all that gathered; waits for something if there is nothing.
   *
   * @param atMostNanos how long to wait
   * @return what is to be written, perhaps nothing; {@link #done} must follow. Null = nothing is to
   *     be written any more
   */
  @Nullable Batch take(long atMostNanos) {
    lock.lock();
    try {
      await(atMostNanos);
      if (failure.happened()) {
        gathering = new Batch();
        return null;
      }
      if (gathering.isEmpty() && closing) {
        return null;
      }
      Batch taken = gathering;
      gathering = spare == null ? new Batch() : spare;
      spare = null;
      bytesInFlight = taken.bytes();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void await(long atMostNanos) {
    long left = atMostNanos;
    while (left > 0 && gathering.isEmpty() && isOpen()) {
      waiting = true;
      try {
        left = work.awaitNanos(left);
      } catch (InterruptedException e) {
        left = atMostNanos; // nobody may; to pass it on would close the file under the next write
      }
    }
    waiting = false;
  }

  /** Gives back a batch that was written. */
  void done(Batch batch) {
    batch.clear();
    lock.lock();
    try {
      spare = batch;
      bytesInFlight = 0;
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing any more. */
  void close() {
    lock.lock();
    try {
      closing = true;
      wake();
    } finally {
      lock.unlock();
    }
  }
}
