package io.sluice.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;

/** Journals of texts, for the tests. */
final class Journals {
  static final LongSupplier STILL = () -> 0;

  private Journals() {}

  static JournalSettings settings(Fsync fsync) {
    return JournalSettings.defaults(fsync);
  }

  static Journal open(Disk disk, Fsync fsync) throws IOException {
    return open(disk, settings(fsync), new ArrayList<>());
  }

  static Journal open(Disk disk, JournalSettings settings, List<String> found) throws IOException {
    return Journal.open(disk, null, settings, STILL, new Random(7), collector(found));
  }

  /** Returns a writer on what is read from a disk, which writes when it is told to. */
  static JournalWriter writer(Disk disk, JournalSettings settings, LongSupplier nanos)
      throws IOException {
    Replay replay = Replay.read(disk, false, record -> {});
    return new JournalWriter(disk, settings, nanos, new Random(7), replay, new Failure());
  }

  static RecordConsumer collector(List<String> found) {
    return record -> found.add(StandardCharsets.ISO_8859_1.decode(record).toString());
  }

  static ByteBuffer record(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static void append(Journal journal, List<String> records) {
    records.forEach(record -> journal.append(record(record)));
  }

  /** Returns what is read from a disk, which is changed as by a start. */
  static List<String> read(Disk disk) throws IOException {
    List<String> found = new ArrayList<>();
    Replay.read(disk, false, collector(found));
    return found;
  }

  /** Returns records of 1 to 60 bytes of any value. */
  static List<String> records(int count, long seed) {
    Random random = new Random(seed);
    List<String> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[1 + random.nextInt(60)];
      random.nextBytes(bytes);
      records.add(new String(bytes, StandardCharsets.ISO_8859_1));
    }
    return records;
  }
}
