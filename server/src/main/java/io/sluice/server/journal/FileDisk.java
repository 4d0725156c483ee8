package io.sluice.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A directory of the file system; readable by its owner only, where the system knows owners. */
final class FileDisk implements Disk {
  /** Java keeps a buffer outside the heap as large as the largest piece. */
  private static final int PIECE_BYTES = 1 << 20;

  private final Path dir;

  private FileDisk(Path dir) {
    this.dir = dir;
  }

  /** Opens a directory, which is created if it is missing. */
  static FileDisk open(Path dir) throws IOException {
    if (Files.exists(dir) && !Files.isDirectory(dir)) {
      throw new IOException(dir + " is not a directory");
    }
    create(dir.toAbsolutePath());
    return new FileDisk(dir.toRealPath());
  }

  private static void create(Path dir) throws IOException {
    if (Files.isDirectory(dir)) {
      return;
    }
    Path parent = dir.getParent();
    if (parent == null) {
      return;
    }
    create(parent);
    Files.createDirectory(dir, attributes(dir, "rwx------"));
    forceDirectory(parent);
  }

  private static FileAttribute<?>[] attributes(Path path, String permissions) {
    return isPosix(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  Path dir() {
    return dir;
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files.map(Path::getFileName).map(Path::toString).toList();
    }
  }

  @Override
  public long size(String name) throws IOException {
    return Files.size(dir.resolve(name));
  }

  @Override
  public void read(String name, ByteBuffer into) throws IOException {
    int end = into.limit();
    try (FileChannel file = FileChannel.open(dir.resolve(name), StandardOpenOption.READ)) {
      int read = 0;
      while (read >= 0 && into.position() < end) {
        into.limit(Math.min(end, into.position() + PIECE_BYTES));
        read = file.read(into);
      }
    } finally {
      into.limit(end);
    }
  }

  @Override
  public Writable create(String name) throws IOException {
    Path path = dir.resolve(name);
    return new WritableFile(
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            attributes(path, "rw-------")));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(dir.resolve(from), dir.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(dir.resolve(name));
  }

  @Override
  public void truncate(String name, long length) throws IOException {
    try (FileChannel file = FileChannel.open(dir.resolve(name), StandardOpenOption.WRITE)) {
      file.truncate(length).force(true);
    }
  }

  @Override
  public void force() throws IOException {
    forceDirectory(dir);
  }

  private static void forceDirectory(Path dir) throws IOException {
    if (!isPosix(dir)) {
      return; // elsewhere a directory cannot be opened, and its entries are forced with the files
    }
    try (FileChannel directory = FileChannel.open(dir, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public String toString() {
    return dir.toString();
  }

  private record WritableFile(FileChannel file) implements Writable {
    @Override
    public void write(ByteBuffer bytes) throws IOException {
      int end = bytes.limit();
      while (bytes.position() < end) {
        bytes.limit(Math.min(end, bytes.position() + PIECE_BYTES));
        file.write(bytes);
      }
    }

    @Override
    public void force() throws IOException {
      file.force(false); // the length is forced with the data, the time of the write need not be
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
