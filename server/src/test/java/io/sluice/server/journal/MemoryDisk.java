package io.sluice.server.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory that knows what was forced, can be broken at any operation or byte, and can
 * lose in a crash what a real one may lose. Thread-safe.
 */
final class MemoryDisk implements Disk {
  private final Map<String, Content> files = new TreeMap<>();
  private Map<String, Content> forcedNames = new TreeMap<>();
  private long operationsLeft = Long.MAX_VALUE;
  private long bytesLeft = Long.MAX_VALUE;
  private boolean forceFails;
  private boolean deleteFails;
  private long operations;
  private int forces;

  private static final class Content {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int forced;
  }

  /** Lets so many more operations succeed, and then none. */
  synchronized void breakAfterOperations(long operations) {
    operationsLeft = operations;
  }

  /** Lets so many more bytes be written, and then none. */
  synchronized void breakAfterBytes(long bytes) {
    bytesLeft = bytes;
  }

  synchronized void breakForce() {
    forceFails = true;
  }

  synchronized void breakDelete(boolean broken) {
    deleteFails = broken;
  }

  synchronized long operations() {
    return operations;
  }

  /** Returns how often a file was forced. */
  synchronized int forces() {
    return forces;
  }

  synchronized byte[] bytes(String name) {
    return content(name).bytes.toByteArray();
  }

  synchronized void put(String name, byte[] bytes) {
    Content content = new Content();
    content.bytes.writeBytes(bytes);
    content.forced = bytes.length;
    files.put(name, content);
    forcedNames.put(name, content);
  }

  synchronized void remove(String name) {
    files.remove(name);
    forcedNames.remove(name);
  }

  /** Returns a copy without faults. */
  synchronized MemoryDisk copy() {
    return crashed(true, 1);
  }

  /**
   * Returns what may be there after a crash.
   *
   * @param allNames whether names that were not forced are there
   * @param share how much of the bytes that were not forced is there, in [0, 1]
   */
  synchronized MemoryDisk crashed(boolean allNames, double share) {
    MemoryDisk left = new MemoryDisk();
    for (var file : (allNames ? files : forcedNames).entrySet()) {
      Content content = file.getValue();
      int unforced = content.bytes.size() - content.forced;
      int size = content.forced + (int) (unforced * share);
      left.put(file.getKey(), Arrays.copyOf(content.bytes.toByteArray(), size));
    }
    return left;
  }

  private void operation() throws IOException {
    operations++;
    if (--operationsLeft < 0) {
      throw new IOException("Input/output error");
    }
  }

  private Content content(String name) {
    @Nullable Content content = files.get(name);
    if (content == null) {
      throw new AssertionError(new NoSuchFileException(name));
    }
    return content;
  }

  @Override
  public synchronized List<String> list() {
    return new ArrayList<>(files.keySet());
  }

  @Override
  public synchronized long size(String name) {
    return content(name).bytes.size();
  }

  @Override
  public synchronized void read(String name, ByteBuffer into) {
    byte[] bytes = bytes(name);
    into.put(bytes, 0, Math.min(bytes.length, into.remaining()));
  }

  @Override
  public synchronized Writable create(String name) throws IOException {
    operation();
    Content content = new Content();
    files.put(name, content);
    return new Writable() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        append(content, bytes);
      }

      @Override
      public void force() throws IOException {
        forceContent(content);
      }

      @Override
      public void close() {}
    };
  }

  private synchronized void append(Content content, ByteBuffer bytes) throws IOException {
    operation();
    byte[] written = new byte[(int) Math.min(bytesLeft, bytes.remaining())];
    bytes.get(written);
    bytesLeft -= written.length;
    content.bytes.writeBytes(written);
    if (bytes.hasRemaining()) {
      throw new IOException("No space left on device");
    }
  }

  private synchronized void forceContent(Content content) throws IOException {
    operation();
    if (forceFails) {
      throw new IOException("Input/output error");
    }
    forces++;
    content.forced = content.bytes.size();
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    operation();
    Content content = content(from);
    files.remove(from);
    files.put(to, content);
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    operation();
    if (deleteFails) {
      throw new IOException("Operation not permitted");
    }
    content(name);
    files.remove(name);
  }

  @Override
  public synchronized void truncate(String name, long length) throws IOException {
    operation();
    Content content = content(name);
    byte[] kept = Arrays.copyOf(content.bytes.toByteArray(), (int) length);
    content.bytes.reset();
    content.bytes.writeBytes(kept);
    content.forced = kept.length;
  }

  @Override
  public synchronized void force() throws IOException {
    operation();
    forcedNames = new TreeMap<>(files);
  }

  @Override
  public String toString() {
    return "/memory";
  }
}
