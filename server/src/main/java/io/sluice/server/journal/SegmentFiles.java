package io.sluice.server.journal;

import java.io.IOException;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the files of a journal are named. */
final class SegmentFiles {
  static final String TEMPORARY = ".tmp";

  private static final Pattern NAME = Pattern.compile("journal-(\\d{20})\\.log");
  private static final Pattern UNFINISHED = Pattern.compile("journal-\\d{20}\\.log\\.tmp");
  private static final String DAMAGED = ".damaged";

  private SegmentFiles() {}

  static String name(long number) {
    return String.format(Locale.ROOT, "journal-%020d.log", number);
  }

  /** Returns the numbers of the segments there are, in order. */
  static SortedSet<Long> numbers(Disk disk) throws IOException {
    SortedSet<Long> numbers = new TreeSet<>();
    for (String file : disk.list()) {
      Matcher name = NAME.matcher(file);
      if (name.matches()) {
        numbers.add(parse(disk, name));
      }
    }
    return numbers;
  }

  private static long parse(Disk disk, Matcher name) throws IOException {
    try {
      return Long.parseLong(name.group(1));
    } catch (NumberFormatException e) {
      throw new IOException(name.group() + " in " + disk + " has a number beyond any journal's", e);
    }
  }

  /** Deletes what a crash left of files that were never finished. */
  static void deleteUnfinished(Disk disk) throws IOException {
    for (String file : disk.list()) {
      if (UNFINISHED.matcher(file).matches()) {
        disk.delete(file);
      }
    }
  }

  /** Returns a free name under which a file is set aside. */
  static String damaged(Disk disk, String file) throws IOException {
    String name = file + DAMAGED;
    for (int copy = 2; disk.list().contains(name); copy++) {
      name = file + "." + copy + DAMAGED;
    }
    return name;
  }
}
