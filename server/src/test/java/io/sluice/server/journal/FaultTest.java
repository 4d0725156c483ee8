package io.sluice.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** After the first error of the disk nothing is acknowledged, and what was acknowledged is kept. */
class FaultTest {
  private static final List<String> RECORDS = List.of("first", "second", "third");
  private static final int BATCH_BYTES = 3 * Frames.OVERHEAD + 16;

  private final MemoryDisk disk = new MemoryDisk();
  private final CountDownLatch failed = new CountDownLatch(1);
  private final JournalTest.Told told =
      new JournalTest.Told() {
        @Override
        public void failed(IOException cause) {
          super.failed(cause);
          failed.countDown();
        }
      };

  @Test
  void aWriteThatFailsAfterAnyNumberOfBytesAcknowledgesNothingOfItsBatch() throws IOException {
    for (int bytes = 0; bytes < BATCH_BYTES; bytes++) {
      MemoryDisk full = new MemoryDisk();
      JournalWriter writer = Journals.writer(full, Journals.settings(Fsync.NEVER), Journals.STILL);
      writer.tell(told);
      full.breakAfterBytes(bytes);
      RECORDS.forEach(record -> writer.pending().append(Journals.record(record)));

      assertThatThrownBy(writer::step).hasMessageContaining("No space left on device");
      assertThat(writer.durable()).isZero();
      assertThat(told.positions).isEmpty();
      int whole = bytes < 13 ? 0 : bytes < 27 ? 1 : 2;
      assertThat(Journals.read(full.copy()))
          .as("%d bytes", bytes)
          .isEqualTo(RECORDS.subList(0, whole));
    }
  }

  @Test
  void aFullDiskIsToldOnceAndInWordsForPeople() throws Exception {
    Journal journal = Journals.open(disk, Fsync.ALWAYS);
    journal.start(told);
    disk.breakAfterBytes(5);
    Journals.append(journal, RECORDS);
    failed.await();
    Journals.append(journal, RECORDS);

    assertThat(journal.append(Journals.record("seventh"))).isEqualTo(7);
    assertThat(journal.pendingBytes()).as("nothing gathers").isZero();
    assertThat(journal.state())
        .isEqualTo(
            new JournalState(
                JournalState.Phase.FAILED,
                "/memory/journal-00000000000000000001.log could not be written:"
                    + " No space left on device"));
    journal.rotate();
    journal.dropBefore(1);
    journal.close();
    assertThat(journal.durable()).isZero();
    assertThat(told.positions).isEmpty();
    assertThat(told.failures).hasSize(1);
    assertThat(journal.state().phase()).isEqualTo(JournalState.Phase.FAILED);
  }

  @Test
  void aForceThatFailsIsNotTriedAgain() throws Exception {
    Journal journal = Journals.open(disk, Fsync.ALWAYS);
    disk.breakForce();
    long operations = disk.operations();
    journal.append(Journals.record("a"));
    journal.start(told);
    failed.await();
    journal.append(Journals.record("b"));
    journal.close();

    assertThat(disk.operations()).as("one write, one force").isEqualTo(operations + 2);
    assertThat(journal.durable()).isZero();
    assertThat(told.positions).isEmpty();
    assertThat(told.failures).hasSize(1);
    assertThat(journal.state().problem()).contains(".log could not be forced: Input/output error");
  }

  @ParameterizedTest
  @EnumSource(names = {"INTERVAL", "NEVER"})
  void aForceThatFailsAtTheEndIsTold(Fsync fsync) throws Exception {
    Journal journal = Journals.open(disk, fsync);
    disk.breakForce();
    journal.append(Journals.record("a"));
    journal.start(told);
    journal.close();
    failed.await();

    assertThat(journal.durable()).as("as these define it").isEqualTo(1);
    assertThat(journal.state().phase()).isEqualTo(JournalState.Phase.FAILED);
  }

  @Test
  void whatGathersWithoutEndFailsTheJournalAndIsLetGo() throws Exception {
    JournalSettings settings = new JournalSettings(Fsync.NEVER, 1_000_000_000L, 2 << 20, false);
    Journal journal = Journals.open(disk, settings, new ArrayList<>());
    String kibibyte = "x".repeat(1024 - Frames.OVERHEAD);
    for (int i = 0; i < 1024; i++) {
      journal.append(Journals.record(kibibyte));
    }
    assertThat(journal.isCongested()).isFalse();
    journal.append(Journals.record(kibibyte));
    assertThat(journal.isCongested()).isTrue();
    for (int i = 1025; i < 2048; i++) {
      journal.append(Journals.record(kibibyte));
    }
    assertThat(journal.state().phase()).isEqualTo(JournalState.Phase.OPEN);
    assertThat(journal.append(Journals.record("y"))).isEqualTo(2049);

    assertThat(journal.state())
        .isEqualTo(
            new JournalState(
                JournalState.Phase.FAILED,
                "the disk does not keep up: more than 2097152 bytes wait to be written"));
    journal.start(told);
    failed.await();
    journal.close();
    assertThat(journal.pendingBytes()).isZero();
    assertThat(told.positions).isEmpty();
    assertThat(told.failures).hasSize(1);
    assertThat(Journals.read(disk)).isEmpty();
  }

  @Test
  void aFileThatCannotBeDeletedStaysUntilTheNextTimeAndLeavesNoGap() throws Exception {
    Journal journal = Journals.open(disk, Fsync.ALWAYS);
    for (String record : RECORDS) {
      journal.append(Journals.record(record));
      journal.rotate();
    }
    disk.breakDelete(true);
    journal.dropBefore(3);
    journal.close();

    assertThat(journal.state().phase()).isEqualTo(JournalState.Phase.CLOSED);
    assertThat(Journals.read(disk)).isEqualTo(RECORDS);
    disk.breakDelete(false);
    Journal next = Journals.open(disk, Fsync.ALWAYS);
    next.dropBefore(3);
    next.close();
    assertThat(Journals.read(disk)).containsExactly("third");
  }
}
