package io.sluice.server.grpc;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of a Unix socket, which outlives the process that made it unless somebody cares. */
final class UnixSocketFile {
  private static final Logger LOG = LoggerFactory.getLogger(UnixSocketFile.class);

  private final Path path;

  UnixSocketFile(Path path) {
    this.path = path;
  }

  /**
   * Makes the directory, and removes the file if nobody listens on it.
   *
   * @throws IOException if somebody does, or the place cannot be used
   */
  void prepare() throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null && !Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
    if (!Files.exists(path)) {
      return;
    }
    if (isAnswered()) {
      throw new IOException("uds " + path + " is in use by another process");
    }
    Files.delete(path);
  }

  /** Lets only the owner and the group connect. */
  void restrict() throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
  }

  void delete() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("The socket file {} could not be deleted", path, e);
    }
  }

  private boolean isAnswered() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      return false; // refused: a leftover
    }
  }
}
