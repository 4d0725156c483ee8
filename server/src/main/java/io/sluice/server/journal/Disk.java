package io.sluice.server.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The directory of a journal, and all that is done to it. Files are named within it. */
interface Disk {
  /** Returns the names of all files, in any order. */
  List<String> list() throws IOException;

  /** Returns the length of a file in bytes. */
  long size(String name) throws IOException;

  /** Reads a file from its beginning until the buffer is full or the file ends. */
  void read(String name, ByteBuffer into) throws IOException;

  /** Creates a file, or empties it, for writing. */
  Writable create(String name) throws IOException;

  /** Gives a file another name, in place of the file that has this name. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file. */
  void delete(String name) throws IOException;

  /** Cuts a file to a length, and forces that to the device. */
  void truncate(String name, long length) throws IOException;

  /** Forces to the device which names there are. */
  void force() throws IOException;

  /** Returns where this is, for people. */
  @Override
  String toString();

  /** A file that is written from its beginning on. */
  interface Writable extends Closeable {
    /** Writes all that remains of a buffer after what was written before. */
    void write(ByteBuffer bytes) throws IOException;

    /** Forces what was written to the device. */
    void force() throws IOException;
  }
}
