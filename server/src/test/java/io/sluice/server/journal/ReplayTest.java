package io.sluice.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a start makes of files that are not as they were written. */
class ReplayTest {
  private static final int FRAME = Frames.OVERHEAD + 1;

  private final MemoryDisk disk = new MemoryDisk();

  /** Four segments with the records a b, c d, e f, g h. */
  @BeforeEach
  void write() throws IOException {
    try (Journal journal = Journals.open(disk, Fsync.ALWAYS)) {
      for (String pair : List.of("ab", "cd", "ef", "gh")) {
        Journals.append(journal, List.of(pair.substring(0, 1), pair.substring(1)));
        journal.rotate();
      }
    }
    assertThat(disk.size(SegmentFiles.name(5))).isEqualTo(SegmentHeader.BYTES);
    disk.remove(SegmentFiles.name(5));
  }

  private void change(int segment, int at) {
    byte[] bytes = disk.bytes(SegmentFiles.name(segment));
    bytes[at]++;
    disk.put(SegmentFiles.name(segment), bytes);
  }

  private void refused(String message) {
    MemoryDisk before = disk.copy();
    assertThatThrownBy(() -> Journals.read(disk))
        .isInstanceOf(JournalDamagedException.class)
        .hasMessageContaining(message);
    assertThat(disk.list()).as("nothing is changed").isEqualTo(before.list());
    for (String file : before.list()) {
      assertThat(disk.bytes(file)).isEqualTo(before.bytes(file));
    }
  }

  private Replay accepted(String... records) throws IOException {
    List<String> found = new ArrayList<>();
    Replay replay = Replay.read(disk, true, Journals.collector(found));
    assertThat(found).containsExactly(records);
    try (Journal journal = Journals.open(disk, Fsync.ALWAYS)) {
      journal.append(Journals.record("z"));
    }
    List<String> next = new ArrayList<>(found);
    next.add("z");
    assertThat(Journals.read(disk)).as("it goes on there").isEqualTo(next);
    return replay;
  }

  private List<String> aside() {
    return disk.list().stream().filter(file -> file.endsWith(".damaged")).toList();
  }

  @Test
  void aDamagedRecordIsRefusedWithTheWayOut() throws IOException {
    change(2, SegmentHeader.BYTES + Frames.OVERHEAD);

    assertThatThrownBy(() -> Journals.read(disk))
        .isInstanceOf(JournalDamagedException.class)
        .hasMessage(
            "The journal in /memory is damaged: journal-00000000000000000002.log at offset 36: the"
                + " checksum of a record of 1 bytes is wrong, and whole records follow. Restore the"
                + " directory from a backup; or move it away: then leases are lost, and fences begin"
                + " anew by the clock; or start with state.accept_damage: true, which cuts the journal"
                + " there and sets aside 18 bytes of it and 2 later segments as *.damaged");
  }

  @Test
  void acceptedDamageCutsTheJournalAndDeletesNothing() throws IOException {
    int second = SegmentHeader.BYTES + FRAME;
    change(2, second + Frames.OVERHEAD);
    byte[] damaged = disk.bytes(SegmentFiles.name(2));
    byte[] later = disk.bytes(SegmentFiles.name(4));
    refused("journal-00000000000000000002.log at offset 45: the checksum of a record of 1 bytes");

    Replay replay = accepted("a", "b", "c");

    assertThat(replay.notice())
        .isEqualTo(
            "The journal in /memory was damaged and was cut as accepted:"
                + " journal-00000000000000000002.log at offset 45: the checksum of a record of 1"
                + " bytes is wrong. Set aside as *.damaged: 9 bytes of it and 2 later segments");
    assertThat(aside())
        .containsExactly(
            SegmentFiles.name(2) + ".damaged",
            SegmentFiles.name(3) + ".damaged",
            SegmentFiles.name(4) + ".damaged");
    assertThat(disk.bytes(SegmentFiles.name(2) + ".damaged")).isEqualTo(damaged);
    assertThat(disk.bytes(SegmentFiles.name(4) + ".damaged")).isEqualTo(later);
  }

  @Test
  void whatWasSetAsideIsNotReplacedTheNextTime() throws IOException {
    change(4, SegmentHeader.BYTES);
    accepted("a", "b", "c", "d", "e", "f");
    change(3, SegmentHeader.BYTES);
    accepted("a", "b", "c", "d");
    change(3, 20);
    accepted("a", "b", "c", "d");

    assertThat(aside())
        .contains(SegmentFiles.name(3) + ".damaged", SegmentFiles.name(3) + ".2.damaged")
        .hasSize(4);
  }

  @Test
  void aCrashWhileDamageIsSetAsideLosesNothingOfIt() throws IOException {
    change(2, SegmentHeader.BYTES + FRAME + Frames.OVERHEAD);
    byte[] damaged = disk.bytes(SegmentFiles.name(2));
    for (int operations = 0; operations < 9; operations++) {
      for (boolean allNames : new boolean[] {false, true}) {
        MemoryDisk crashing = disk.copy();
        crashing.breakAfterOperations(operations);
        assertThatThrownBy(() -> Replay.read(crashing, true, record -> {}))
            .hasMessage("Input/output error");
        MemoryDisk crashed = crashing.crashed(allNames, 0);
        List<String> found = new ArrayList<>();
        Replay.read(crashed, true, Journals.collector(found));

        assertThat(found).as("%d operations", operations).containsExactly("a", "b", "c");
        assertThat(crashed.list().stream().map(crashed::bytes).toList()).contains(damaged);
        assertThat(crashed.list()).contains(SegmentFiles.name(4) + ".damaged");
      }
    }
  }

  @Test
  void aMissingSegmentIsRefused() throws IOException {
    disk.remove(SegmentFiles.name(2));

    refused("journal-00000000000000000002.log at offset 0: it is missing");
    accepted("a", "b");
    assertThat(aside()).hasSize(2);
  }

  @Test
  void firstSegmentsThatWereDroppedAreNotMissed() throws IOException {
    disk.remove(SegmentFiles.name(1));
    disk.remove(SegmentFiles.name(2));

    assertThat(Journals.read(disk)).containsExactly("e", "f", "g", "h");
  }

  @Test
  void anotherFormatIsRefusedByItsVersion() throws IOException {
    change(4, 11);

    refused("offset 0: it has format version 2, and this Sluice knows version 1");
    accepted("a", "b", "c", "d", "e", "f");
  }

  @Test
  void aSegmentUnderTheNumberOfAnotherIsRefused() throws IOException {
    disk.rename(SegmentFiles.name(4), SegmentFiles.name(3));

    refused("journal-00000000000000000003.log at offset 0: by its header it is segment 4");
    accepted("a", "b", "c", "d");
  }

  @Test
  void aFileThatIsNoSegmentOrLongerThanOneIsRefused() throws IOException {
    MemoryDisk whole = disk.copy();
    disk.put(SegmentFiles.name(1), new byte[100]);
    refused("offset 0: this is not the beginning of a segment");
    accepted();

    whole.put(SegmentFiles.name(4), new byte[Segment.LONGEST_BYTES + 1]);
    assertThatThrownBy(() -> Journals.read(whole))
        .hasMessageContaining("a segment has at most 67108864 bytes but this has 67108865");
  }

  @Test
  void aTailOfGarbageIsCutAndSaid() throws IOException {
    byte[] bytes = disk.bytes(SegmentFiles.name(4));
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 100);
    longer[bytes.length + 3] = 50; // a length that fits
    disk.put(SegmentFiles.name(4), longer);
    List<String> found = new ArrayList<>();
    Replay replay = Replay.read(disk, false, Journals.collector(found));

    assertThat(found).hasSize(8);
    assertThat(disk.bytes(SegmentFiles.name(4))).isEqualTo(bytes);
    assertThat(replay.notice())
        .isEqualTo(
            "/memory/journal-00000000000000000004.log was cut at offset 54: a crash tore its last"
                + " 100 bytes (the checksum of a record of 50 bytes is wrong)");
    assertThat(replay.next()).isEqualTo(5);
  }

  @Test
  void namesWithoutBytesAtTheEndAreTakenAway() throws IOException {
    byte[] torn = Arrays.copyOf(disk.bytes(SegmentFiles.name(4)), 50);
    disk.put(SegmentFiles.name(4), torn);
    disk.put(SegmentFiles.name(5), new byte[0]);
    disk.put(SegmentFiles.name(6), new byte[0]);

    accepted("a", "b", "c", "d", "e", "f", "g");
    assertThat(disk.list()).contains(SegmentFiles.name(5)).doesNotContain(SegmentFiles.name(6));
  }

  @Test
  void aTornSegmentBeforeOneWithBytesIsRefused() throws IOException {
    disk.put(SegmentFiles.name(4), Arrays.copyOf(disk.bytes(SegmentFiles.name(4)), 50));
    disk.put(SegmentFiles.name(5), new byte[] {1});

    refused("journal-00000000000000000004.log at offset 45: a frame is cut short in its head");
  }

  @Test
  void whatWasNeverFinishedIsTakenAwayAndOtherFilesStay() throws IOException {
    disk.put(SegmentFiles.name(5) + ".tmp", new byte[] {1});
    disk.put("journal-5.log", new byte[] {1});
    disk.put("notes.tmp", new byte[] {1});

    assertThat(Journals.read(disk)).hasSize(8);
    assertThat(disk.list())
        .contains("journal-5.log", "notes.tmp")
        .doesNotContain(SegmentFiles.name(5) + ".tmp");
    disk.put("journal-99999999999999999999.log", new byte[] {1});
    assertThatThrownBy(() -> Journals.read(disk))
        .hasMessage(
            "journal-99999999999999999999.log in /memory has a number beyond any journal's");
  }

  @Test
  void startsWithoutRecordsDoNotPileUpFilesNorBeginAnew() throws IOException {
    for (int start = 0; start < 3; start++) {
      Journals.open(disk, Fsync.ALWAYS).close();
    }
    assertThat(disk.list()).hasSize(5);
    Journal journal = Journals.open(disk, Fsync.ALWAYS);
    journal.dropBefore(5);
    journal.close();
    Journals.open(disk, Fsync.ALWAYS).close();

    assertThat(disk.list()).containsExactly(SegmentFiles.name(5));
  }
}
