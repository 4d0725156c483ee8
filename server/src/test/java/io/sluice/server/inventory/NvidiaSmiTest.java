package io.sluice.server.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.device.Device;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class NvidiaSmiTest {
  @Test
  void readsUuidIndexNameAndMemoryLessTheReserve() throws Exception {
    String output =
        """
        GPU-8f6d1f0c-51d4-7e43-2f6b-0c2bb4a5a9c1, 0, NVIDIA H100 80GB HBM3, 81559
        GPU-0c7b7c4e-9f3a-19c0-8f54-6a3f0f7a1d22, 1, NVIDIA GeForce RTX 4090, 24564
        """;
    assertThat(NvidiaSmi.parse(output, 512))
        .containsExactly(
            new Device(
                "GPU-8f6d1f0c-51d4-7e43-2f6b-0c2bb4a5a9c1", 0, "NVIDIA H100 80GB HBM3", 81047),
            new Device(
                "GPU-0c7b7c4e-9f3a-19c0-8f54-6a3f0f7a1d22", 1, "NVIDIA GeForce RTX 4090", 24052));
    assertThat(NvidiaSmi.parse("", 0)).isEmpty();
  }

  @Test
  void refusesWhatIsNotUnderstood() {
    for (String output :
        new String[] {
          "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
          "GPU-1, zero, name, 81559",
          "GPU-1, 0, name, [N/A]"
        }) {
      assertThatThrownBy(() -> NvidiaSmi.parse(output, 0))
          .isInstanceOf(IOException.class)
          .hasMessage("nvidia-smi printed what is not understood: " + output);
    }
  }
}
