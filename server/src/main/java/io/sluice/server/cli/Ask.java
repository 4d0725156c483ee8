package io.sluice.server.cli;

import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.DeviceAsk;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What to ask for, on the command line. */
final class Ask {
  @Option(
      names = {"-r", "--resource"},
      required = true,
      paramLabel = "NAME",
      description = "The resource, as in openai/chat.")
  String resource = "";

  @Option(
      names = {"-n", "--permits"},
      defaultValue = "1",
      paramLabel = "N",
      description = "How many permits; 0 = only look (default: ${DEFAULT-VALUE}).")
  long permits = 1;

  @Option(
      names = {"-a", "--attribute"},
      paramLabel = "NAME=VALUE",
      description = "An attribute that limits match on; may be given again.")
  Map<String, String> attributes = new LinkedHashMap<>();

  @Option(
      names = "--gpu-memory",
      paramLabel = "SIZE",
      converter = MemoryMib.class,
      description = "GPU memory on each device, as in 8GiB or 512MiB.")
  @Nullable Long gpuMemoryMib;

  @Option(names = "--gpu-count", paramLabel = "N", description = "How many GPUs (default: 1).")
  @Nullable Integer gpuCount;

  @Option(names = "--gpu-exclusive", description = "Share the GPUs with nobody.")
  boolean gpuExclusive;

  @Option(
      names = "--gpu-compute",
      paramLabel = "PERCENT",
      description = "Compute of each GPU, 0..100 (default: no claim).")
  @Nullable Integer gpuCompute;

  @Option(names = "--gpu-same-device", description = "All --gpu-count shares on one GPU.")
  boolean gpuSameDevice;

  @Option(
      names = "--gpu-select",
      paramLabel = "NAME=VALUE",
      description = "An attribute that the GPUs must have, as in model=...; may be given again.")
  Map<String, String> gpuSelector = new LinkedHashMap<>();

  @Option(
      names = {"-p", "--priority"},
      defaultValue = "5",
      paramLabel = "0..9",
      description = "The band in the queue; the lower goes first (default: ${DEFAULT-VALUE}).")
  int priority = 5;

  boolean asksDevices() {
    return gpuMemoryMib != null
        || gpuCount != null
        || gpuCompute != null
        || gpuExclusive
        || gpuSameDevice
        || !gpuSelector.isEmpty();
  }

  Demand demand() {
    Demand.Builder demand =
        Demand.newBuilder().setResource(resource).setPermits(permits).putAllAttributes(attributes);
    if (asksDevices()) {
      demand.setDevices(
          DeviceAsk.newBuilder()
              .setCount(gpuCount == null ? 1 : gpuCount)
              .setMemoryMib(gpuMemoryMib == null ? 0 : gpuMemoryMib)
              .setComputePercent(gpuCompute == null ? 0 : gpuCompute)
              .setExclusive(gpuExclusive)
              .setSameDevice(gpuSameDevice)
              .putAllSelector(gpuSelector));
    }
    return demand.build();
  }
}
