package io.sluice.server.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever one byte of a journal becomes, and wherever it is cut: what is read is the beginning of
 * what was written, or the journal is refused.
 */
class EveryByteTest {
  private static final int REFUSED = -1;
  private static final int RECORDS = 1_000;
  private static final String FIRST = SegmentFiles.name(1);
  private static final String SECOND = SegmentFiles.name(2);

  private final List<ByteBuffer> written = new ArrayList<>();
  private final Random random = new Random(42);
  private byte[] first = {};
  private byte[] second = {};

  @BeforeEach
  void write() throws IOException {
    List<String> records = Journals.records(RECORDS, 1);
    records.forEach(record -> written.add(Journals.record(record)));
    MemoryDisk disk = new MemoryDisk();
    try (Journal journal = Journals.open(disk, Fsync.ALWAYS)) {
      Journals.append(journal, records.subList(0, RECORDS / 2));
      journal.rotate();
      Journals.append(journal, records.subList(RECORDS / 2, RECORDS));
    }
    first = disk.bytes(FIRST);
    second = disk.bytes(SECOND);
  }

  /** Returns how many records are read, or that the journal is refused. */
  private int read(byte[] one, byte[] two) throws IOException {
    MemoryDisk disk = new MemoryDisk();
    disk.put(FIRST, one);
    disk.put(SECOND, two);
    int[] found = {0};
    try {
      Replay.read(
          disk,
          false,
          record -> {
            if (!record.equals(written.get(found[0]++))) {
              throw new AssertionError("record " + found[0] + " is not what was written");
            }
          });
      return found[0];
    } catch (JournalDamagedException e) {
      assertThat(e).hasMessageContaining(e.file() + " at offset " + e.offset() + ": ");
      assertThat(e.file()).isIn(FIRST, SECOND);
      return REFUSED;
    }
  }

  private int wholeFrames(byte[] segment) {
    ByteBuffer bytes = ByteBuffer.wrap(segment);
    int frames = 0;
    int at = SegmentHeader.BYTES;
    while (at + Frames.OVERHEAD <= segment.length
        && at + Frames.OVERHEAD + bytes.getInt(at) <= segment.length) {
      at += Frames.OVERHEAD + bytes.getInt(at);
      frames++;
    }
    return frames;
  }

  @Test
  void aCutLastSegmentIsReadUpToTheCut() throws IOException {
    for (int length = 0; length < second.length; length++) {
      byte[] cut = Arrays.copyOf(second, length);

      assertThat(read(first, cut)).as("%d", length).isEqualTo(RECORDS / 2 + wholeFrames(cut));
    }
  }

  @Test
  void aCutEarlierSegmentIsRefused() throws IOException {
    for (int length = 0; length < first.length; length++) {
      assertThat(read(Arrays.copyOf(first, length), second)).as("%d", length).isEqualTo(REFUSED);
    }
  }

  @Test
  void aByteChangedInAnEarlierSegmentIsRefused() throws IOException {
    for (int at = 0; at < first.length; at++) {
      for (byte value : changes(first[at])) {
        assertThat(read(changed(first, at, value), second)).as("%d", at).isEqualTo(REFUSED);
      }
    }
  }

  @Test
  void aByteChangedInTheLastSegmentIsRefusedOrLosesTheLastRecord() throws IOException {
    int last = second.length - Frames.OVERHEAD - written.get(RECORDS - 1).remaining();
    for (int at = 0; at < second.length; at++) {
      for (byte value : changes(second[at])) {
        assertThat(read(first, changed(second, at, value)))
            .as("%d", at)
            .isEqualTo(at < last ? REFUSED : RECORDS - 1);
      }
    }
  }

  /** One bit, and each of all ones and all zeros that it is not. */
  private List<Byte> changes(byte value) {
    List<Byte> changes = new ArrayList<>(List.of((byte) (value ^ (1 << random.nextInt(8)))));
    for (byte other : new byte[] {0, -1}) {
      if (other != value) {
        changes.add(other);
      }
    }
    return changes;
  }

  private static byte[] changed(byte[] segment, int at, byte value) {
    byte[] changed = segment.clone();
    changed[at] = value;
    return changed;
  }

  /** What a user chose to store must not be taken for a frame that follows a torn one. */
  @Test
  void framesWithinATornRecordAreNoFrames() throws IOException {
    MemoryDisk disk = new MemoryDisk();
    JournalSettings settings = Journals.settings(Fsync.ALWAYS);
    try (Journal journal =
        Journal.open(disk, null, settings, Journals.STILL, new Random(8), record -> {})) {
      journal.append(ByteBuffer.wrap(first));
    }
    disk.truncate(FIRST, disk.size(FIRST) - 1);

    assertThat(Journals.read(disk)).isEmpty();
  }
}
