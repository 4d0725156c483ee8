package io.sluice.server.grpc;

import io.sluice.engine.model.Allotment;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The environment of a process that uses the devices of a grant. Pure. */
final class GpuEnvironment {
  private GpuEnvironment() {}

  /**
   * Returns the variables to set. Devices are named by uuid, which means the same in every process
   * and container, in the order of the demands. A share of compute is told only if it is the same
   * on all devices, because CUDA takes one number for all.
   */
  static Map<String, String> of(List<Allotment> allotments) {
    Map<String, Integer> percentByDevice = new LinkedHashMap<>();
    for (Allotment allotment : allotments) {
      percentByDevice.merge(allotment.deviceUuid(), allotment.computePercent(), Integer::sum);
    }
    String devices = String.join(",", percentByDevice.keySet());
    String memory =
        allotments.stream()
            .map(allotment -> Long.toString(allotment.memoryMib()))
            .collect(Collectors.joining(","));
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CUDA_VISIBLE_DEVICES", devices);
    environment.put("NVIDIA_VISIBLE_DEVICES", devices);
    environment.put("SLUICE_GPU_MEMORY_MIB", memory);
    Set<Integer> percents = new LinkedHashSet<>(percentByDevice.values());
    int percent = percents.iterator().next();
    if (percents.size() == 1 && percent > 0) {
      environment.put("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", Integer.toString(percent));
    }
    return environment;
  }
}
