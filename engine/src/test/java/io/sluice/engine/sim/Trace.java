package io.sluice.engine.sim;

import java.util.function.Consumer;

/** What happened in a run, as a hash; two runs of one seed must have the same. */
final class Trace {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final Consumer<String> reader;
  private long hash = FNV_OFFSET;

  /**
   * Begins a trace.
   *
   * @param reader told each line, to read what happened
   */
  Trace(Consumer<String> reader) {
    this.reader = reader;
  }

  void add(long atNanos, String what, Object value) {
    String line = atNanos + " " + what + " " + value;
    for (int i = 0; i < line.length(); i++) {
      hash = (hash ^ line.charAt(i)) * FNV_PRIME;
    }
    reader.accept(line);
  }

  long hash() {
    return hash;
  }
}
