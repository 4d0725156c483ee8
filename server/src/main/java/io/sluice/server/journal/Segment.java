package io.sluice.server.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The segment that is written: a file that frames are put at the end of. Not thread-safe. */
final class Segment implements Closeable {
  /** The next segment begins with the frame that would make this one longer; file and all. */
  static final int LONGEST_BYTES = 64 << 20;

  private final long number;
  private final String path;
  private final Frames frames;
  private final Disk.Writable file;
  private long bytes = SegmentHeader.BYTES;
  private boolean dirty;

  private Segment(Disk disk, SegmentHeader header, Disk.Writable file) {
    this.number = header.number();
    this.path = disk + "/" + SegmentFiles.name(header.number());
    this.frames = new Frames(header.salt());
    this.file = file;
  }

  /** Creates a segment, whose header is on the device, under its name, when this returns. */
  static Segment create(Disk disk, SegmentHeader header) throws IOException {
    String name = SegmentFiles.name(header.number());
    Disk.Writable file = null;
    try {
      file = disk.create(name + SegmentFiles.TEMPORARY);
      file.write(header.encode());
      file.force();
      disk.rename(name + SegmentFiles.TEMPORARY, name);
      disk.force();
      return new Segment(disk, header, file);
    } catch (IOException e) {
      if (file != null) {
        file.close();
      }
      throw new IOException(disk + "/" + name + " could not be created: " + e.getMessage(), e);
    }
  }

  long number() {
    return number;
  }

  long bytes() {
    return bytes;
  }

  boolean isDirty() {
    return dirty;
  }

  /** Writes frames that lack their checksums yet, from one offset to another. */
  void write(ByteBuffer batch, int from, int to) throws IOException {
    if (from == to) {
      return;
    }
    frames.seal(batch, from, to);
    dirty = true;
    try {
      file.write(batch.slice(from, to - from));
    } catch (IOException e) {
      throw new IOException(path + " could not be written: " + e.getMessage(), e);
    }
    bytes += to - from;
  }

  /** Forces to the device what was written since the last time. */
  void force() throws IOException {
    if (!dirty) {
      return;
    }
    try {
      file.force();
    } catch (IOException e) {
      throw new IOException(path + " could not be forced: " + e.getMessage(), e);
    }
    dirty = false;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
