package io.sluice.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged program in a process of its own. */
public final class SluiceProcess implements AutoCloseable {
  private static final Path JAR = Path.of("target", "sluice.jar").toAbsolutePath();

  private final Process process;
  private final StringBuffer output = new StringBuffer();
  private final Thread reader;

  private SluiceProcess(Process process) {
    this.process = process;
    reader = new Thread(this::read, "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  public static SluiceProcess start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  public static SluiceProcess start(Map<String, String> environment, String... arguments)
      throws IOException {
    return start(List.of(), environment, arguments);
  }

  /** Serves with a configuration file; no file that it writes may be longer than some blocks. */
  public static SluiceProcess serveWithFilesOfAtMost(int blocks, Path config) throws Exception {
    List<String> shell = List.of("sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh");
    SluiceProcess server = start(shell, Map.of(), "serve", "--config", config.toString());
    server.await("listening ");
    return server;
  }

  private static SluiceProcess start(
      List<String> prefix, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-jar", JAR.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("SLUICE_") || name.equals("REDIS_URL"));
    builder.environment().putAll(environment);
    return new SluiceProcess(builder.start());
  }

  /** Serves with a configuration file, and returns once it listens. */
  public static SluiceProcess serve(Path config) throws Exception {
    SluiceProcess server = start("serve", "--config", config.toString());
    server.await("listening ");
    return server;
  }

  /** The value after {@code name=} in the line that says where it listens. */
  public String address(String name) {
    String text = output.toString();
    int from = text.indexOf(name + "=") + name.length() + 1;
    int to = from;
    while (to < text.length() && !Character.isWhitespace(text.charAt(to))) {
      to++;
    }
    return text.substring(from, to);
  }

  public void await(String text) throws InterruptedException {
    long until =
        System.nanoTime() + TimeUnit.SECONDS.toNanos(90); // other tests may have the machine
    while (!output.toString().contains(text)) {
      if (System.nanoTime() > until || (!process.isAlive() && !reader.isAlive())) {
        throw new AssertionError("no \"" + text + "\" in: " + output);
      }
      Thread.sleep(5); // another process
    }
  }

  public int exitCode() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("still running: " + output);
    }
    reader.join(TimeUnit.SECONDS.toMillis(10));
    return process.exitValue();
  }

  public String output() {
    return output.toString();
  }

  public long pid() {
    return process.pid();
  }

  public void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-s", name, Long.toString(pid())).start().waitFor();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private void read() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.append(line).append('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
