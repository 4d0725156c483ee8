package io.sluice.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.model.InvalidArgumentException;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** When the writer forces what it wrote, in virtual time and step by step. */
class JournalWriterTest {
  private static final long SECOND = 1_000_000_000L;

  private final MemoryDisk disk = new MemoryDisk();
  private long now;

  private JournalWriter writer(Fsync fsync) throws IOException {
    return Journals.writer(disk, Journals.settings(fsync), () -> now);
  }

  private void write(JournalWriter writer) throws IOException {
    writer.pending().append(Journals.record("a"));
    assertThat(writer.step()).isTrue();
  }

  private int forcedBytes() {
    return disk.crashed(true, 0).bytes(SegmentFiles.name(1)).length - SegmentHeader.BYTES;
  }

  @Test
  void alwaysForcesEachBatch() throws IOException {
    JournalWriter writer = writer(Fsync.ALWAYS);
    for (int batch = 1; batch <= 3; batch++) {
      write(writer);

      assertThat(writer.durable()).isEqualTo(batch);
      assertThat(forcedBytes()).isEqualTo(9 * batch);
    }
  }

  @Test
  void intervalForcesWhatIsOneIntervalOld() throws IOException {
    JournalWriter writer = writer(Fsync.INTERVAL);
    now = 5 * SECOND;
    write(writer);
    assertThat(writer.durable()).isEqualTo(1);
    now += SECOND - 1;
    write(writer);
    assertThat(forcedBytes()).isZero();

    now++;
    assertThat(writer.step()).as("without any new record").isTrue();
    assertThat(forcedBytes()).isEqualTo(18);
    int forces = disk.forces();

    now += 10 * SECOND;
    write(writer);
    assertThat(disk.forces()).as("the interval begins with what is written").isEqualTo(forces);
    now += SECOND;
    write(writer);
    assertThat(forcedBytes()).as("under load too").isEqualTo(36);
  }

  @Test
  void neverForcesAtARotationAndAtTheEndOnly() throws IOException {
    JournalWriter writer = writer(Fsync.NEVER);
    write(writer);
    now += 100 * SECOND;
    write(writer);
    assertThat(forcedBytes()).isZero();

    writer.pending().rotate();
    assertThat(writer.step()).isTrue();
    assertThat(forcedBytes()).isEqualTo(18);
    write(writer);
    writer.pending().close();
    writer.run();
    assertThat(disk.crashed(true, 0).size(SegmentFiles.name(2))).isEqualTo(SegmentHeader.BYTES + 9);
  }

  @Test
  void nothingIsDroppedBeforeWhatReplacesItIsForced() throws IOException {
    JournalWriter writer = writer(Fsync.NEVER);
    write(writer);
    long segment = writer.pending().rotate();
    writer.pending().append(Journals.record("A"));
    writer.pending().dropBefore(segment);
    assertThat(writer.step()).isTrue();

    assertThat(disk.list()).containsExactly(SegmentFiles.name(2));
    assertThat(Journals.read(disk.crashed(true, 0))).containsExactly("A");
  }

  @Test
  void countsBatchesRecordsBytesAndTime() throws IOException {
    long[] ticks = {0};
    JournalWriter writer =
        Journals.writer(disk, Journals.settings(Fsync.NEVER), () -> ticks[0] += 7);
    write(writer);
    writer.pending().append(Journals.record("bc"));
    writer.pending().append(Journals.record("d"));
    writer.step();

    assertThat(writer.counters()).isEqualTo(new JournalCounters(2, 3, 28, 7));
    assertThat(writer.bytesOnDisk()).isEqualTo(SegmentHeader.BYTES + 28);
  }

  @Test
  void bytesOnDiskAreThoseOfAllSegments() throws IOException {
    JournalWriter writer = writer(Fsync.NEVER);
    write(writer);
    writer.pending().rotate();
    write(writer);
    assertThat(writer.bytesOnDisk()).isEqualTo(2 * (SegmentHeader.BYTES + 9));
    writer.pending().close();
    writer.run();

    JournalWriter next = writer(Fsync.NEVER);
    assertThat(next.bytesOnDisk()).isEqualTo(3 * SegmentHeader.BYTES + 18);
    next.pending().dropBefore(2);
    next.step();
    assertThat(next.bytesOnDisk()).isEqualTo(2 * SegmentHeader.BYTES + 9);
  }

  @Test
  void aSurgeDoesNotKeepItsMemory() throws IOException {
    JournalWriter writer = writer(Fsync.NEVER);
    String mebibyte = "x".repeat(1 << 20);
    for (int i = 0; i < 20; i++) {
      writer.pending().append(Journals.record(mebibyte));
    }
    assertThat(writer.pending().bytes()).isEqualTo(20 * ((1 << 20) + Frames.OVERHEAD));
    Batch batch = writer.pending().take(0);
    assertThat(batch.frames().capacity()).isGreaterThan(20 << 20);
    assertThat(writer.pending().bytes()).as("while it is written").isGreaterThan(20 << 20);
    writer.pending().done(batch);

    assertThat(batch.frames().capacity()).isEqualTo(1 << 16);
    assertThat(writer.pending().bytes()).isZero();
  }

  @Test
  void settingsHaveBounds() {
    assertThat(JournalSettings.defaults(Fsync.INTERVAL))
        .isEqualTo(new JournalSettings(Fsync.INTERVAL, SECOND, 67_108_864, false));
    assertThatThrownBy(() -> new JournalSettings(Fsync.NEVER, 999_999, 2 << 20, false))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("fsyncIntervalNanos must be in [1000000, 3600000000000] but was 999999");
    assertThatThrownBy(() -> new JournalSettings(Fsync.NEVER, SECOND, (2 << 20) - 1, false))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessage("maxPendingBytes must be in [2097152, 1073741824] but was 2097151");
  }
}
