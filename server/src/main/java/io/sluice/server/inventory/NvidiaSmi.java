package io.sluice.server.inventory;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.DevicePool;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.model.InvalidArgumentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Asks {@code nvidia-smi} which GPUs there are and how much of their memory is in use. A card that
 * is divided into MIG instances is not a device itself; each of its instances is.
 */
public final class NvidiaSmi {
  private final String program;
  private final long reserveMib;
  private boolean knowsMig = true;

  /**
   * Creates it.
   *
   * @param reserveMib memory of each device that is not to be granted
   */
  public NvidiaSmi(long reserveMib) {
    this("nvidia-smi", reserveMib);
  }

  NvidiaSmi(String program, long reserveMib) {
    this.program = program;
    this.reserveMib = reserveMib;
  }

  /**
   * Runs it. Not for two threads at once.
   *
   * @return the devices, in the order of the cards
   * @throws IOException if it cannot be run, fails, takes too long, or prints what is not
   *     understood
   */
  public List<DeviceReading> read() throws IOException {
    List<SmiGpu> gpus = query();
    Map<String, List<MigList.Instance>> instances =
        gpus.stream().anyMatch(SmiGpu::mig)
            ? MigList.parse(Command.output(program, "-L"))
            : Map.of();
    return readings(gpus, instances, reserveMib);
  }

  /** Queries the cards; a driver that is too old for MIG refuses to be asked about it. */
  private List<SmiGpu> query() throws IOException {
    if (knowsMig) {
      try {
        return SmiCsv.parse(query(SmiCsv.FIELDS + "," + SmiCsv.MIG_FIELD), true);
      } catch (Command.Failed e) {
        if (!String.valueOf(e.getMessage()).contains("\"" + SmiCsv.MIG_FIELD + "\"")) {
          throw e;
        }
        knowsMig = false;
      }
    }
    return SmiCsv.parse(query(SmiCsv.FIELDS), false);
  }

  private String query(String fields) throws IOException {
    return Command.output(program, "--query-gpu=" + fields, "--format=csv,noheader,nounits");
  }

  /**
   * Makes devices of cards and instances.
   *
   * @throws IOException if a value is out of the bounds of a device, or there are two of one uuid
   */
  static List<DeviceReading> readings(
      List<SmiGpu> gpus, Map<String, List<MigList.Instance>> instances, long reserveMib)
      throws IOException {
    List<DeviceReading> readings = new ArrayList<>();
    try {
      for (SmiGpu gpu : gpus) {
        if (!gpu.mig()) {
          Device device =
              new Device(gpu.uuid(), gpu.index(), gpu.name(), left(gpu.totalMib(), reserveMib));
          readings.add(new DeviceReading(device, gpu.usedMib(), gpu.utilizationPercent()));
          continue;
        }
        for (MigList.Instance instance : instances.getOrDefault(gpu.uuid(), List.of())) {
          readings.add(DeviceReading.of(device(gpu, instance, reserveMib)));
        }
      }
      return List.copyOf(DevicePool.byUuid(readings).values());
    } catch (InvalidArgumentException e) {
      throw new IOException("nvidia-smi printed what is not understood: " + e.getMessage(), e);
    }
  }

  /** What is used of one instance is not told, only of the whole card. */
  private static Device device(SmiGpu parent, MigList.Instance instance, long reserveMib) {
    return new Device(
        instance.uuid(),
        parent.index(),
        parent.name(),
        left(instance.memoryMib(), reserveMib),
        Map.of("mig_profile", instance.profile(), "mig_parent", parent.uuid()));
  }

  private static long left(long totalMib, long reserveMib) {
    return Math.max(0, totalMib - reserveMib);
  }
}
