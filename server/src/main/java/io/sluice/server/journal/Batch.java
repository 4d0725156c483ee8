package io.sluice.server.journal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Frames that are written together, and where in them segments begin. Not thread-safe. */
final class Batch {
  private static final int INITIAL_BYTES = 1 << 16;
  private static final int KEPT_BYTES = 8 << 20;

  private final List<Rotation> rotations = new ArrayList<>();
  private ByteBuffer frames = ByteBuffer.allocate(INITIAL_BYTES);
  private int records;
  private long dropBefore;

  /** Adds a frame, whose checksum is put in when it is written. */
  void add(ByteBuffer record, int mostBytes) {
    int length = record.remaining();
    int at = frames.position();
    reserve(at + Frames.OVERHEAD + length, mostBytes);
    frames.putInt(at, length);
    frames.put(at + Frames.OVERHEAD, record, record.position(), length);
    frames.position(at + Frames.OVERHEAD + length);
    records++;
  }

  private void reserve(int bytes, int mostBytes) {
    if (bytes > frames.capacity()) {
      int doubled = (int) Math.min(mostBytes, 2L * frames.capacity());
      int used = frames.position();
      frames = ByteBuffer.wrap(Arrays.copyOf(frames.array(), Math.max(bytes, doubled)));
      frames.position(used);
    }
  }

  /** Has a segment begin with the next frame. */
  void rotate(long segment) {
    rotations.add(new Rotation(frames.position(), segment));
  }

  /** Has the segments before one deleted after this is durable; 0 = none. */
  void dropBefore(long segment) {
    dropBefore = Math.max(dropBefore, segment);
  }

  boolean isEmpty() {
    return records == 0 && rotations.isEmpty() && dropBefore == 0;
  }

  /** Returns the frames; from the beginning to {@link #bytes}. */
  ByteBuffer frames() {
    return frames;
  }

  int bytes() {
    return frames.position();
  }

  int records() {
    return records;
  }

  List<Rotation> rotations() {
    return rotations;
  }

  long dropBefore() {
    return dropBefore;
  }

  /** Makes this as new; a buffer that one surge made large is let go. */
  void clear() {
    if (frames.capacity() > KEPT_BYTES) {
      frames = ByteBuffer.allocate(INITIAL_BYTES);
    }
    frames.clear();
    rotations.clear();
    records = 0;
    dropBefore = 0;
  }

  /**
   * The beginning of a segment.
   *
   * @param offset the offset in the batch of its first frame
   * @param segment its number
   */
  record Rotation(int offset, long segment) {}
}
