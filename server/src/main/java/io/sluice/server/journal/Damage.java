package io.sluice.server.journal;

/**
 * A place from which on a journal cannot be believed.
 *
 * @param file the file in which it is
 * @param offset the first byte of it that cannot be believed
 * @param problem what is wrong there
 * @param bytes how many bytes of this file cannot be believed
 * @param laterSegments how many segments come after it
 */
record Damage(String file, long offset, String problem, long bytes, int laterSegments) {
  /** Returns what is lost with it, for people. */
  String lost() {
    return bytes + " bytes of it and " + laterSegments + " later segments";
  }

  @Override
  public String toString() {
    return file + " at offset " + offset + ": " + problem;
  }
}
