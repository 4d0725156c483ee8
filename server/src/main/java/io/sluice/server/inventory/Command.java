package io.sluice.server.inventory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a program for what it prints. */
final class Command {
  private static final int TIMEOUT_SECONDS = 10;
  private static final int MAX_OUTPUT_BYTES = 1 << 20;
  private static final int MAX_TOLD = 300;

  private Command() {}

  /**
   * Runs a program to its end.
   *
   * @return what it printed, errors too; at most 1 MiB
   * @throws Failed if it ended with a status other than 0
   * @throws IOException if it cannot be run, or takes more than 10 s
   */
  static String output(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      process.getOutputStream().close();
      // Read beside: a program whose output nobody takes waits for ever when the pipe is full, and
      // one that hangs in the driver may leave the pipe open even when it is killed.
      CompletableFuture<String> output =
          CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
      String text = output.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new TimeoutException();
      }
      if (process.exitValue() != 0) {
        throw new Failed(command[0], process.exitValue(), text.strip());
      }
      return text;
    } catch (TimeoutException e) {
      throw new IOException(command[0] + " did not end within " + TIMEOUT_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(command[0] + " cannot be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command[0] + " ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String read(InputStream stream) {
    try {
      return new String(stream.readNBytes(MAX_OUTPUT_BYTES), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A program ended with a status other than 0. */
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1L;

    Failed(String program, int status, String output) {
      super(
          program
              + " ended with "
              + status
              + ": "
              + output.substring(0, Math.min(output.length(), MAX_TOLD)));
    }
  }
}
