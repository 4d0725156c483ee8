package io.sluice.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.model.Allotment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GpuEnvironmentTest {
  @Test
  void namesDevicesOnceInTheOrderOfTheDemands() {
    assertThat(GpuEnvironment.of(List.of(on("GPU-b", 8, 0), on("GPU-a", 4, 0), on("GPU-b", 2, 0))))
        .isEqualTo(
            Map.of(
                "CUDA_VISIBLE_DEVICES", "GPU-b,GPU-a",
                "NVIDIA_VISIBLE_DEVICES", "GPU-b,GPU-a",
                "SLUICE_GPU_MEMORY_MIB", "8,4,2"));
  }

  @Test
  void tellsTheShareOfComputeIfAllDevicesHaveTheSame() {
    assertThat(percent(on("GPU-a", 1, 30), on("GPU-b", 1, 30))).isEqualTo("30");
    assertThat(percent(on("GPU-a", 1, 30), on("GPU-a", 1, 20))).isEqualTo("50");
    assertThat(percent(on("GPU-a", 1, 30), on("GPU-b", 1, 20))).isNull();
    assertThat(percent(on("GPU-a", 1, 30), on("GPU-b", 1, 0))).isNull();
    assertThat(percent(on("GPU-a", 1, 0))).isNull();
  }

  private static String percent(Allotment... allotments) {
    return GpuEnvironment.of(List.of(allotments)).get("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE");
  }

  private static Allotment on(String uuid, long memoryMib, int computePercent) {
    return new Allotment("gpu", uuid, 0, memoryMib, computePercent);
  }
}
