package io.sluice.server.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The right to write in a directory, of one journal of one process at a time. */
final class DirectoryLock implements Closeable {
  static final String NAME = "lock";

  /**
   * The directories locked by this process. POSIX gives up the locks of a process on a file when it
   * closes any descriptor of that file, so a second journal must be refused before it opens one.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path dir;
  private final FileChannel file;

  private DirectoryLock(Path dir, FileChannel file) {
    this.dir = dir;
    this.file = file;
  }

  /**
   * Takes the lock.
   *
   * @param dir the directory, as a real path
   * @throws IOException if somebody has it
   */
  static DirectoryLock take(Path dir) throws IOException {
    if (!HELD.add(dir)) {
      throw new IOException(dir + " is in use by another journal of this process");
    }
    FileChannel file = null;
    try {
      file =
          FileChannel.open(dir.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isLocked(file)) {
        throw new IOException(dir + " is in use by another process, which has locked " + NAME);
      }
      return new DirectoryLock(dir, file);
    } catch (IOException e) {
      release(dir, file);
      throw e;
    }
  }

  private static boolean isLocked(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // by code of this process that is not Sluice's
    }
  }

  @Override
  public void close() throws IOException {
    release(dir, file);
  }

  private static void release(Path dir, @Nullable FileChannel file) throws IOException {
    try {
      if (file != null) {
        file.close();
      }
    } finally {
      HELD.remove(dir);
    }
  }
}
