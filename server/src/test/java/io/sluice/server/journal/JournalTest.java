package io.sluice.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.model.InvalidArgumentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A journal in a real directory, written by its thread. */
class JournalTest {
  @TempDir Path temp;

  private Path dir() {
    return temp.resolve("a/state");
  }

  private Journal open(List<String> found) throws IOException {
    return open(Fsync.ALWAYS, found);
  }

  private Journal open(Fsync fsync, List<String> found) throws IOException {
    return Journal.open(
        dir(), Journals.settings(fsync), Journals.STILL, new Random(7), Journals.collector(found));
  }

  private List<String> reopened() throws IOException {
    List<String> found = new ArrayList<>();
    open(found).close();
    return found;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(dir())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void findsAllRecordsInOrderAfterRestarts(Fsync fsync) throws IOException {
    List<String> written = new ArrayList<>();
    for (int start = 0; start < 5; start++) {
      List<String> found = new ArrayList<>();
      try (Journal journal = open(fsync, found)) {
        assertThat(found).isEqualTo(written);
        journal.start(new Told());
        List<String> more = Journals.records(100, start);
        Journals.append(journal, more);
        written.addAll(more);
      }
    }

    assertThat(reopened()).isEqualTo(written);
  }

  @Test
  void emptyDirectoryHoldsNothingHoweverOftenItIsOpened() throws IOException {
    assertThat(reopened()).isEmpty();
    assertThat(reopened()).isEmpty();

    assertThat(files()).containsExactly("journal-00000000000000000001.log", "lock");
  }

  @Test
  void directoryAndFilesAreForTheOwnerOnly() throws IOException {
    reopened();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir())))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(dir().resolve(SegmentFiles.name(1)))))
        .isEqualTo("rw-------");
  }

  @Test
  void rotationPutsWhatFollowsInASegmentThatOutlivesTheDropOfTheOthers() throws IOException {
    try (Journal journal = open(new ArrayList<>())) {
      Told told = new Told();
      journal.start(told);
      Journals.append(journal, List.of("a", "b"));
      long segment = journal.rotate();
      assertThat(segment).isEqualTo(2);
      assertThat(journal.rotate()).as("nothing was appended since").isEqualTo(2);
      assertThat(journal.bytesSinceRotation()).isZero();
      Journals.append(journal, List.of("B"));
      assertThat(journal.bytesSinceRotation()).isEqualTo(Frames.OVERHEAD + 1);
      journal.dropBefore(segment);
      assertThatThrownBy(() -> journal.dropBefore(3))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("segment must be in [1, 2] but was 3");
    }
    assertThat(files()).containsExactly("journal-00000000000000000002.log", "lock");

    assertThat(reopened()).containsExactly("B");
  }

  @Test
  void tellsWhatIsDurableInRisingPositionsAndCounts() throws IOException {
    try (Journal journal = open(new ArrayList<>())) {
      Told told = new Told();
      assertThat(journal.append(Journals.record("a"))).isEqualTo(1);
      assertThat(journal.append(Journals.record("bc"))).isEqualTo(2);
      assertThat(journal.pendingBytes()).isEqualTo(2 * Frames.OVERHEAD + 3);
      assertThat(journal.durable()).isZero();
      journal.start(told);
      journal.close();

      assertThat(told.positions).containsExactly(2L);
      assertThat(journal.durable()).isEqualTo(2);
      assertThat(journal.pendingBytes()).isZero();
      assertThat(journal.counters()).isEqualTo(new JournalCounters(1, 2, 19, 0));
      assertThat(journal.bytesOnDisk()).isEqualTo(SegmentHeader.BYTES + 19);
      assertThat(journal.state().phase()).isEqualTo(JournalState.Phase.CLOSED);
      assertThat(told.failures).isEmpty();
    }
  }

  @Test
  void appendLeavesTheBufferAsItWasAndCopiesIt() throws IOException {
    ByteBuffer record = ByteBuffer.wrap(new byte[] {'x', 'a', 'b', 'y'}).position(1).limit(3);
    try (Journal journal = open(new ArrayList<>())) {
      journal.append(record.asReadOnlyBuffer());
      journal.append(record);
      assertThat(record).isEqualTo(Journals.record("ab"));
      record.put(1, (byte) 'c');
    }

    assertThat(reopened()).containsExactly("ab", "ab");
  }

  @Test
  void refusesARecordThatIsEmptyOrTooLongAndChangesNothing() throws IOException {
    try (Journal journal = open(new ArrayList<>())) {
      assertThatThrownBy(() -> journal.append(ByteBuffer.allocate(0)))
          .isInstanceOf(InvalidArgumentException.class)
          .hasMessage("record must have [1, 1048576] bytes but had 0");
      assertThatThrownBy(() -> journal.append(ByteBuffer.allocate((1 << 20) + 1)))
          .isInstanceOf(InvalidArgumentException.class);
      assertThat(journal.append(ByteBuffer.allocate(1 << 20))).isEqualTo(1);
    }

    assertThat(reopened()).singleElement().satisfies(text -> assertThat(text).hasSize(1 << 20));
  }

  @Test
  void appendsAfterTheEndHaveNoEffect() throws IOException {
    Journal journal = open(new ArrayList<>());
    journal.append(Journals.record("a"));
    journal.close();
    journal.close();

    assertThat(journal.append(Journals.record("b"))).isEqualTo(2);
    assertThat(journal.durable()).isEqualTo(1);
    assertThatThrownBy(() -> journal.start(new Told())).isInstanceOf(IllegalStateException.class);
    assertThat(reopened()).containsExactly("a");
  }

  @Test
  void aSecondJournalInThisProcessIsRefusedAndTheFirstKeepsTheLock() throws Exception {
    try (Journal journal = open(new ArrayList<>())) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> open(new ArrayList<>()))
            .isInstanceOf(IOException.class)
            .hasMessage(dir().toRealPath() + " is in use by another journal of this process");
      }
      assertThat(locksFromAnotherProcess()).as("another process").isFalse();
      journal.append(Journals.record("a"));
    }

    assertThat(locksFromAnotherProcess()).as("another process, now").isTrue();
    assertThat(reopened()).containsExactly("a");
  }

  private boolean locksFromAnotherProcess() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TakesLock.class.getName(),
                dir().toRealPath().toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    int exit = process.waitFor();
    if (exit != 0) {
      assertThat(output).contains("is in use by another process, which has locked lock");
    }
    return exit == 0;
  }

  /** What another process does. */
  static final class TakesLock {
    public static void main(String[] args) throws IOException {
      DirectoryLock.take(Path.of(args[0])).close();
    }
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));

    assertThatThrownBy(() -> FileDisk.open(file)).hasMessage(file + " is not a directory");
  }

  @Test
  void aReplayThatRefusesUnlocksTheDirectory() throws IOException {
    try (Journal journal = open(new ArrayList<>())) {
      journal.append(Journals.record("a"));
    }

    assertThatThrownBy(
            () ->
                Journal.open(
                    dir(),
                    Journals.settings(Fsync.NEVER),
                    Journals.STILL,
                    new Random(7),
                    record -> {
                      throw new IOException("unknown record " + (char) record.get(0));
                    }))
        .hasMessage("unknown record a");
    assertThat(reopened()).containsExactly("a");
  }

  @Test
  void aMillionRecordsAreToldInRisingPositionsAndFoundInOrder() throws Exception {
    int count = 1_000_000;
    byte[] bytes = new byte[100];
    ByteBuffer record = ByteBuffer.wrap(bytes);
    Told told = new Told(count);
    Journal journal = open(Fsync.NEVER, new ArrayList<>());
    journal.start(told);
    for (int i = 0; i < count; i++) {
      record.putInt(0, i);
      journal.append(record);
      while (journal.isCongested()) {
        Thread.onSpinWait();
      }
    }
    told.all.await();
    assertThat(journal.durable()).isEqualTo(count);
    journal.close();

    assertThat(List.copyOf(told.positions)).isSorted().doesNotHaveDuplicates();
    assertThat(files()).as("a segment has at most 64 MiB").hasSize(3);
    int[] next = {0};
    Journal.open(
            dir(),
            Journals.settings(Fsync.NEVER),
            Journals.STILL,
            new Random(8),
            found -> {
              assertThat(found.remaining()).isEqualTo(bytes.length);
              if (found.getInt(0) != next[0]++) {
                throw new AssertionError(found.getInt(0) + " instead of " + (next[0] - 1));
              }
            })
        .close();
    assertThat(next[0]).isEqualTo(count);
  }

  @Test
  void aListenerThatThrowsIsToldOfTheNextBatchAllTheSame() throws Exception {
    CountDownLatch second = new CountDownLatch(2);
    try (Journal journal = open(new ArrayList<>())) {
      journal.append(Journals.record("a"));
      journal.start(
          new DurableListener() {
            @Override
            public void durable(long position) {
              second.countDown();
              if (second.getCount() == 1) {
                journal.append(Journals.record("b"));
                throw new IllegalStateException("a listener's bug");
              }
            }

            @Override
            public void failed(IOException cause) {}
          });
      second.await();
    }

    assertThat(reopened()).containsExactly("a", "b");
  }

  /** Notes what it is told. */
  static class Told implements DurableListener {
    final ConcurrentLinkedQueue<Long> positions = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<IOException> failures = new ConcurrentLinkedQueue<>();
    final CountDownLatch all;
    private final long last;

    Told() {
      this(Long.MAX_VALUE);
    }

    Told(long last) {
      this.last = last;
      this.all = new CountDownLatch(1);
    }

    @Override
    public void durable(long position) {
      positions.add(position);
      if (position == last) {
        all.countDown();
      }
    }

    @Override
    public void failed(IOException cause) {
      failures.add(cause);
    }
  }
}
