package io.sluice.server.inventory;

import io.sluice.engine.device.Device;
import io.sluice.engine.model.InvalidArgumentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks {@code nvidia-smi} which GPUs there are. */
public final class NvidiaSmi {
  private static final int TIMEOUT_SECONDS = 10;
  private static final int FIELDS = 4;
  private static final String[] COMMAND = {
    "nvidia-smi", "--query-gpu=uuid,index,name,memory.total", "--format=csv,noheader,nounits"
  };

  private NvidiaSmi() {}

  /**
   * Runs it.
   *
   * @param reserveMib memory of each device that is not to be granted
   * @throws IOException if it cannot be run, fails, takes more than 10 s, or prints what is not
   *     understood
   */
  public static List<Device> discover(long reserveMib) throws IOException {
    Process process = new ProcessBuilder(COMMAND).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("nvidia-smi did not end within " + TIMEOUT_SECONDS + " s");
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IOException(
            "nvidia-smi ended with " + process.exitValue() + ": " + output.strip());
      }
      return parse(output, reserveMib);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while nvidia-smi ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * Reads its output: uuid, index, name, MiB on each line.
   *
   * @throws IOException if a line is not like that
   */
  static List<Device> parse(String output, long reserveMib) throws IOException {
    List<Device> devices = new ArrayList<>();
    for (String line : output.lines().toList()) {
      String[] fields = line.split(",", -1);
      if (fields.length < FIELDS) {
        throw new IOException("nvidia-smi printed what is not understood: " + line);
      }
      try {
        long total = Long.parseLong(fields[FIELDS - 1].strip());
        devices.add(
            new Device(
                fields[0].strip(),
                Integer.parseInt(fields[1].strip()),
                fields[2].strip(),
                Math.max(0, total - reserveMib)));
      } catch (NumberFormatException | InvalidArgumentException e) {
        throw new IOException("nvidia-smi printed what is not understood: " + line, e);
      }
    }
    return devices;
  }
}
