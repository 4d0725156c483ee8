package io.sluice.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Keeps what is cut off a damaged journal, under names that no journal reads. A crash in between
 * leaves the journal damaged in the same place, or shorter.
 */
record SetAside(Disk disk) {
  /** Writes a copy of a file of which the beginning stays. */
  void copy(ByteBuffer bytes, String file) throws IOException {
    String unfinished = file + SegmentFiles.TEMPORARY;
    try (Disk.Writable copy = disk.create(unfinished)) {
      copy.write(bytes.duplicate());
      copy.force();
    }
    disk.rename(unfinished, SegmentFiles.damaged(disk, file));
    disk.force();
  }

  /** Renames segments, the last one first, so that no number is ever missing in the middle. */
  void rename(List<Long> numbers) throws IOException {
    for (int i = numbers.size() - 1; i >= 0; i--) {
      String file = SegmentFiles.name(numbers.get(i));
      disk.rename(file, SegmentFiles.damaged(disk, file));
      disk.force();
    }
  }
}
