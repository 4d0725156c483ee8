package io.sluice.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Reads what a journal left on disk, and makes it fit to be continued: a tail that a crash tore is
 * cut, damage is refused, or set aside if that is accepted.
 */
final class Replay {
  private final Disk disk;
  private final boolean acceptDamage;
  private final RecordConsumer consumer;
  private final TreeMap<Long, Long> kept = new TreeMap<>();
  private long next = 1;
  private String notice = "";

  private Replay(Disk disk, boolean acceptDamage, RecordConsumer consumer) {
    this.disk = disk;
    this.acceptDamage = acceptDamage;
    this.consumer = consumer;
  }

  /**
   * Gives each record to a consumer, in order.
   *
   * @throws JournalDamagedException if some were lost otherwise than by a crash
   * @throws IOException if the disk cannot be read or changed, or the consumer refuses
   */
  static Replay read(Disk disk, boolean acceptDamage, RecordConsumer consumer) throws IOException {
    Replay replay = new Replay(disk, acceptDamage, consumer);
    replay.read();
    return replay;
  }

  /** Returns the lengths in bytes of the segments that are kept, by number. */
  NavigableMap<Long, Long> kept() {
    return kept;
  }

  /** Returns the number of the segment that comes next; it may replace a file without records. */
  long next() {
    return next;
  }

  /** Returns what was cut, for people; empty = nothing. */
  String notice() {
    return notice;
  }

  private void read() throws IOException {
    SegmentFiles.deleteUnfinished(disk);
    List<Long> numbers = withoutEmptyTail();
    if (numbers.isEmpty()) {
      return;
    }
    next = numbers.get(0);
    for (int i = 0; i < numbers.size(); i++) {
      if (!readSegment(numbers.subList(i, numbers.size()))) {
        return;
      }
    }
  }

  /** A name whose file never got a byte is no segment; nothing was ever written after it. */
  private List<Long> withoutEmptyTail() throws IOException {
    List<Long> numbers = new ArrayList<>(SegmentFiles.numbers(disk));
    while (!numbers.isEmpty() && size(numbers.get(numbers.size() - 1)) == 0) {
      next = numbers.remove(numbers.size() - 1);
      disk.delete(SegmentFiles.name(next));
    }
    return numbers;
  }

  private long size(long number) throws IOException {
    return disk.size(SegmentFiles.name(number));
  }

  /** Reads the first of the segments that are left; returns whether to go on with the next. */
  private boolean readSegment(List<Long> left) throws IOException {
    long number = left.get(0);
    long size = size(number);
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(size, Segment.LONGEST_BYTES));
    SegmentEnd end = number == next ? segmentEnd(buffer, number, size) : null;
    if (end == null) {
      damaged(buffer, left, new SegmentEnd(0, "it is missing", false), 0);
      return false;
    }
    boolean last = left.size() == 1;
    if (!end.isWhole() && !(end.torn() && last)) {
      damaged(buffer, left, end, size);
      return false;
    }
    if (last) {
      cut(number, end, size);
    }
    keep(number, end.offset(), last);
    return true;
  }

  private SegmentEnd segmentEnd(ByteBuffer buffer, long number, long size) throws IOException {
    if (size > Segment.LONGEST_BYTES) {
      return new SegmentEnd(
          0,
          "a segment has at most " + Segment.LONGEST_BYTES + " bytes but this has " + size,
          false);
    }
    disk.read(SegmentFiles.name(number), buffer);
    long previousBytes = kept.getOrDefault(number - 1, SegmentReader.UNKNOWN);
    return SegmentReader.read(buffer.flip(), number, previousBytes, consumer);
  }

  /** A last segment without a record is not kept: starts without work would pile them up. */
  private void keep(long number, long bytes, boolean last) {
    boolean replaced = last && bytes <= SegmentHeader.BYTES;
    if (!replaced) {
      kept.put(number, bytes);
    }
    next = replaced ? number : number + 1;
  }

  /** Cuts what is torn, if anything, and forces the rest: others may never have done so. */
  private void cut(long number, SegmentEnd end, long size) throws IOException {
    String file = SegmentFiles.name(number);
    disk.truncate(file, end.offset());
    if (end.isWhole()) {
      return;
    }
    notice =
        disk
            + "/"
            + file
            + " was cut at offset "
            + end.offset()
            + ": a crash tore its last "
            + (size - end.offset())
            + " bytes ("
            + end.problem()
            + ")";
  }

  private void damaged(ByteBuffer buffer, List<Long> left, SegmentEnd end, long size)
      throws IOException {
    boolean missing = left.get(0) != next;
    Damage damage =
        new Damage(
            SegmentFiles.name(next),
            end.offset(),
            end.problem(),
            size - (missing ? 0 : end.offset()),
            missing ? left.size() : left.size() - 1);
    if (!acceptDamage) {
      throw new JournalDamagedException(disk.toString(), damage);
    }
    boolean hasRecords = end.offset() > SegmentHeader.BYTES;
    SetAside aside = new SetAside(disk);
    if (hasRecords) {
      aside.copy(buffer, damage.file());
    }
    aside.rename(hasRecords ? left.subList(1, left.size()) : left);
    if (hasRecords) {
      disk.truncate(damage.file(), end.offset());
      keep(next, end.offset(), true);
    }
    notice =
        "The journal in "
            + disk
            + " was damaged and was cut as accepted: "
            + damage
            + ". Set aside as *.damaged: "
            + damage.lost();
  }
}
