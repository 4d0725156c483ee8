package io.sluice.server.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A crash at each operation on the disk, of a life with batches, rotations, drops and a restart:
 * whatever the crash keeps can be opened, and what was called durable is there.
 */
class CrashTest {
  private static final List<Double> SHARES = List.of(0.0, 0.3, 0.5, 0.77, 1.0);

  /** Two lives, with a checkpoint in each; returns the records that were called durable. */
  private static List<String> live(MemoryDisk disk, Fsync fsync) {
    return live(disk, fsync, new ArrayList<>());
  }

  private static List<String> live(MemoryDisk disk, Fsync fsync, List<String> log) {
    List<String> durable = new ArrayList<>();
    for (int life = 0; life < 2; life++) {
      try {
        live(disk, fsync, life, durable, log);
      } catch (IOException e) {
        break; // this is the crash
      }
    }
    return durable;
  }

  private static void live(
      MemoryDisk disk, Fsync fsync, int life, List<String> durable, List<String> log)
      throws IOException {
    TreeSet<String> state = new TreeSet<>();
    JournalWriter writer = writer(disk, fsync, life, state);
    int before = log.size();
    writer.tell(
        new DurableListener() {
          @Override
          public void durable(long position) {
            log.subList(before, before + (int) position).stream()
                .filter(record -> !durable.contains(record))
                .forEach(durable::add);
          }

          @Override
          public void failed(IOException cause) {}
        });
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < 3; i++) {
        String record = "life %d round %d record %d".formatted(life, round, i);
        state.add(record);
        append(writer, log, record);
      }
      if (round == 2) {
        long segment = writer.pending().rotate();
        state.forEach(record -> append(writer, log, record));
        writer.pending().dropBefore(segment);
      }
      if (!writer.step()) {
        throw new IOException("failed");
      }
    }
    writer.pending().close();
    writer.run();
  }

  private static JournalWriter writer(MemoryDisk disk, Fsync fsync, int life, TreeSet<String> state)
      throws IOException {
    List<String> found = new ArrayList<>();
    Replay replay = Replay.read(disk, false, Journals.collector(found));
    state.addAll(found);
    JournalSettings settings = Journals.settings(fsync);
    return new JournalWriter(
        disk, settings, Journals.STILL, new Random(life), replay, new Failure());
  }

  private static void append(JournalWriter writer, List<String> log, String record) {
    log.add(record);
    writer.pending().append(Journals.record(record));
  }

  private static long operations(Fsync fsync) {
    MemoryDisk disk = new MemoryDisk();
    assertThat(live(disk, fsync)).hasSize(24);
    return disk.operations();
  }

  @Test
  void whatWasForcedIsEnoughWithAlways() throws IOException {
    long operations = operations(Fsync.ALWAYS);
    for (long last = 0; last <= operations; last++) {
      MemoryDisk disk = new MemoryDisk();
      disk.breakAfterOperations(last);
      List<String> durable = live(disk, Fsync.ALWAYS);
      for (boolean allNames : new boolean[] {false, true}) {
        for (double share : SHARES) {
          assertThat(Journals.read(disk.crashed(allNames, share)))
              .as("%d operations, all names: %s, share %s", last, allNames, share)
              .containsAll(durable);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasWrittenIsEnoughWhenOnlyTheProcessDies(Fsync fsync) throws IOException {
    long operations = operations(fsync);
    for (long last = 0; last <= operations; last++) {
      MemoryDisk disk = new MemoryDisk();
      disk.breakAfterOperations(last);
      List<String> durable = live(disk, fsync);

      assertThat(Journals.read(disk.copy())).as("%d operations", last).containsAll(durable);
    }
  }

  /** The end may be lost, and what a checkpoint replaced; never something in between. */
  @ParameterizedTest
  @EnumSource
  void whateverPartOfWhatWasNotForcedIsKeptCanBeOpened(Fsync fsync) throws IOException {
    long operations = operations(fsync);
    for (long last = 0; last <= operations; last++) {
      MemoryDisk disk = new MemoryDisk();
      disk.breakAfterOperations(last);
      List<String> log = new ArrayList<>();
      live(disk, fsync, log);
      for (boolean allNames : new boolean[] {false, true}) {
        for (double share : SHARES) {
          MemoryDisk crashed = disk.crashed(allNames, share);
          List<String> found = Journals.read(crashed);

          assertThat(Collections.indexOfSubList(log, found))
              .as("%d operations, share %s: %s", last, share, found)
              .isNotNegative();
          assertThat(live(crashed, fsync)).as("the next life").hasSize(24);
        }
      }
    }
  }

  /** Who died without forcing left it to the next start, on which all that follows is built. */
  @ParameterizedTest
  @EnumSource
  void whatAStartFindsIsForcedBeforeAnythingFollows(Fsync fsync) throws IOException {
    MemoryDisk disk = new MemoryDisk();
    JournalWriter killed = Journals.writer(disk, Journals.settings(fsync), Journals.STILL);
    killed.pending().append(Journals.record("a"));
    assertThat(killed.step()).isTrue();
    try (Journal journal = Journals.open(disk, fsync)) {
      journal.append(Journals.record("b"));
    }

    assertThat(Journals.read(disk.crashed(false, 0))).containsExactly("a", "b");
  }
}
