package io.sluice.server.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.DeviceReading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real cards print, and what goes wrong. */
class NvidiaSmiTest {
  @ParameterizedTest
  @CsvSource({
    "a100-40gb.csv, NVIDIA A100-SXM4-40GB, 2, 40960, 37211, 98",
    "h100-80gb.csv, NVIDIA H100 80GB HBM3, 1, 81559, 0, 0",
    "h200.csv, NVIDIA H200, 1, 143771, 0, 0",
    "rtx-4090.csv, NVIDIA GeForce RTX 4090, 1, 24564, 1893, 7",
    "rtx-3090-x2.csv, NVIDIA GeForce RTX 3090, 2, 24576, 5, 0",
    "t4.csv, Tesla T4, 1, 15360, 2, 0",
    "l4.csv, NVIDIA L4, 1, 23034, 0, 0",
    "jetson-orin.csv, Orin (nvgpu), 1, 0, -1, -1",
  })
  void readsWhatCardsPrint(
      String file, String model, int count, long memoryMib, long usedMib, int utilization)
      throws Exception {
    List<DeviceReading> readings = NvidiaSmi.readings(SmiCsv.parse(text(file), true), Map.of(), 0);
    assertThat(readings).hasSize(count);
    DeviceReading last = readings.get(count - 1);
    assertThat(last.device().model()).isEqualTo(model);
    assertThat(last.device().index()).isEqualTo(count - 1);
    assertThat(last.device().uuid()).startsWith("GPU-").hasSize(40);
    assertThat(last.device().memoryMib()).isEqualTo(memoryMib);
    assertThat(last.usedMib()).isEqualTo(usedMib);
    assertThat(last.utilizationPercent()).isEqualTo(utilization);
  }

  @Test
  void readsAnOldDriverThatPrintsUnitsAndKnowsNoMig() throws Exception {
    assertThat(SmiCsv.parse(text("gtx-1080-ti.csv"), false))
        .containsExactly(
            new SmiGpu(
                "GPU-6e1f7c58-90ab-4cde-8123-456789abcdef",
                0,
                "GeForce GTX 1080 Ti",
                11_178,
                523,
                3,
                false));
  }

  @Test
  void keepsTheReserveOffEachDevice() throws Exception {
    assertThat(
            NvidiaSmi.readings(SmiCsv.parse(text("rtx-3090-x2.csv"), true), Map.of(), 512).stream()
                .map(reading -> reading.device().memoryMib()))
        .containsExactly(24_064L, 24_064L);
    assertThat(NvidiaSmi.readings(SmiCsv.parse(text("jetson-orin.csv"), true), Map.of(), 512))
        .extracting(reading -> reading.device().memoryMib())
        .containsExactly(0L);
  }

  @Test
  void eachMigInstanceIsADeviceAndItsCardIsNone() throws Exception {
    List<DeviceReading> readings =
        NvidiaSmi.readings(
            SmiCsv.parse(text("a100-40gb-mig.csv"), true),
            MigList.parse(text("a100-40gb-mig.list")),
            100);
    assertThat(readings)
        .extracting(reading -> reading.device().uuid())
        .as("a card without instances gives none")
        .containsExactly(
            "MIG-c7384736-a75d-5afc-978f-d2f1294409fd",
            "MIG-a28ad590-3fda-56dd-84fc-0a0b96edc58d",
            "MIG-e2f2d0d5-6a3c-5d0e-8cb2-6f8f7a9b3c11",
            "GPU-9b7f9f8e-51cb-1e0a-7a9f-3d1a1f2c8e61");
    assertThat(readings.get(0))
        .isEqualTo(
            DeviceReading.of(
                new Device(
                    "MIG-c7384736-a75d-5afc-978f-d2f1294409fd",
                    0,
                    "NVIDIA A100-SXM4-40GB",
                    19_073 - 100,
                    Map.of(
                        "mig_profile",
                        "3g.20gb",
                        "mig_parent",
                        "GPU-3a1d7c02-0c0e-6a55-1f35-9d0f7bb5a2d4"))));
    assertThat(readings.get(1).device().memoryMib())
        .as("half of a 2g.10gb, which another compute instance shares")
        .isEqualTo(4_768 - 100);
    assertThat(readings.get(2).device().memoryMib()).isEqualTo(4_768 - 100);
  }

  @Test
  void readsTheProfilesOfOtherCardsAndDrivers() throws Exception {
    assertThat(MigList.parse(text("h100-80gb-mig.list")).values().iterator().next())
        .extracting(MigList.Instance::profile, MigList.Instance::memoryMib)
        .containsExactly(
            tuple("1g.10gb", 9_536L), tuple("1g.10gb+me", 9_536L), tuple("1g.20gb", 19_073L));
    assertThat(
            MigList.parse(text("a100-old-driver-mig.list"))
                .get("GPU-e86cb44c-6756-fd30-cd4a-1e6da3caf9b0"))
        .extracting(MigList.Instance::uuid)
        .contains("MIG-GPU-e86cb44c-6756-fd30-cd4a-1e6da3caf9b0/2/0");
  }

  @Test
  void aCardInAnErrorIsLeftOutAndTheOthersAreRead() throws Exception {
    assertThat(SmiCsv.parse(text("a100-fallen-off.csv"), true))
        .extracting(SmiGpu::index, SmiGpu::usedMib, SmiGpu::utilizationPercent)
        .containsExactly(tuple(0, 4L, 0), tuple(3, -1L, -1));
    assertThat(SmiCsv.parse("No devices were found\n", true)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
        "Failed to initialize NVML: Driver/library version mismatch",
        "GPU-1, zero, name, 81559, 0, 0, Disabled",
        "GPU-1, 0, name, lots, 0, 0, Disabled",
        "GPU-1, 0, name, 81559, 0",
        "GPU-1, -1, name, 81559, 0, 0, Disabled",
        "0, GPU-1, name, 81559, 0, 0, Disabled",
        "GPU-1, 0, name, 81559 GiB, 0, 0, Disabled",
        "GPU-1, 0, name, 99999999999999, 0, 0, Disabled"
      })
  void refusesWhatIsNotUnderstood(String output) {
    assertThatThrownBy(() -> SmiCsv.parse(output, true))
        .isInstanceOf(IOException.class)
        .hasMessage("nvidia-smi printed what is not understood: " + output);
  }

  @Test
  void refusesNothingAndTwinsAndWhatIsOutOfBounds() {
    assertThatThrownBy(() -> SmiCsv.parse(" \n", true))
        .isInstanceOf(IOException.class)
        .hasMessage("nvidia-smi printed nothing");
    SmiGpu gpu = new SmiGpu("GPU-1", 0, "", 1, 0, 0, false);
    assertThatThrownBy(() -> NvidiaSmi.readings(List.of(gpu, gpu), Map.of(), 0))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("devices must have each uuid once but have GPU-1 twice");
    SmiGpu far = new SmiGpu("GPU-1", 1024, "", 1, 0, 0, false);
    assertThatThrownBy(() -> NvidiaSmi.readings(List.of(far), Map.of(), 0))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("device.index must be in [0, 1023] but was 1024");
    for (String line :
        List.of("MIG 3g.20gb Device 0: nothing", "MIG big Device 0: (UUID: MIG-1)")) {
      assertThatThrownBy(() -> MigList.parse("GPU 0: A (UUID: GPU-1)\n  " + line))
          .isInstanceOf(IOException.class)
          .hasMessage("nvidia-smi printed what is not understood: " + line);
    }
  }

  @Test
  void runsTheProgramAndAsksForInstancesOnlyWhereThereAreAny(@TempDir Path dir) throws Exception {
    NvidiaSmi smi =
        new NvidiaSmi(
            program(
                dir,
                """
                case "$1" in
                  -L) echo 'GPU 0: A (UUID: GPU-1)'; echo '  MIG 1g.10gb Device 0: (UUID: MIG-1)';;
                  *) echo 'GPU-1, 0, A, 81559, 0, 0, Enabled';;
                esac
                """),
            0);
    assertThat(smi.read()).extracting(reading -> reading.device().uuid()).containsExactly("MIG-1");
  }

  @Test
  void anOldDriverIsAskedAgainWithoutMig(@TempDir Path dir) throws Exception {
    NvidiaSmi smi =
        new NvidiaSmi(
            program(
                dir,
                """
                case "$1" in
                  *mig*) echo 'Field "mig.mode.current" is not a valid field to query.'; exit 2;;
                  *) echo 'GPU-1, 0, A, 11178, 5, 1';;
                esac
                """),
            0);
    for (int i = 0; i < 2; i++) {
      assertThat(smi.read()).extracting(DeviceReading::usedMib).containsExactly(5L);
    }
  }

  @Test
  void failuresSayWhatFailed(@TempDir Path dir) throws Exception {
    String failing = program(dir, "echo 'Unable to reach the driver'; exit 9\n");
    assertThatThrownBy(() -> new NvidiaSmi(failing, 0).read())
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("nvidia-smi ended with 9: Unable to reach the driver");
    assertThatThrownBy(() -> new NvidiaSmi(dir.resolve("none").toString(), 0).read())
        .isInstanceOf(IOException.class);
  }

  @Test
  void aDeviceIsGoneWhenTwoReadingsInARowLackIt() {
    DeviceReading a = DeviceReading.of(new Device("GPU-a", 0, "", 1));
    DeviceReading b = DeviceReading.of(new Device("GPU-b", 1, "", 1));
    DeviceReading c = DeviceReading.of(new Device("GPU-c", 2, "", 1));
    TwoInARow believed = new TwoInARow(List.of(a, b));
    assertThat(believed.after(List.of(b))).containsExactly(a, b);
    assertThat(believed.after(List.of(a, b))).as("it was there again").containsExactly(a, b);
    assertThat(believed.after(List.of(b, c))).containsExactly(a, b, c);
    assertThat(believed.after(List.of(b, c))).containsExactly(b, c);
    assertThat(believed.after(List.of(a, b, c))).containsExactly(b, c, a);
  }

  @Test
  void aFailedLookKeepsTheInventoryAndIsVisible() {
    DeviceReading a = DeviceReading.of(new Device("GPU-a", 0, "", 1));
    List<List<DeviceReading>> told = new ArrayList<>();
    String[] failure = {""};
    try (InventoryPoll poll =
        new InventoryPoll(
            () -> {
              if (!failure[0].isEmpty()) {
                throw new IOException(failure[0]);
              }
              return List.of(a);
            },
            List.of(),
            1,
            told::add)) {
      poll.look();
      assertThat(poll.problem()).isEmpty();
      failure[0] = "no driver";
      poll.look();
      poll.look();
      assertThat(poll.problem()).isEqualTo("no driver");
      assertThat(told).containsExactly(List.of(a));
      failure[0] = "";
      poll.look();
      assertThat(poll.problem()).isEmpty();
      assertThat(told).hasSize(2);
    }
  }

  private static String program(Path dir, String body) throws IOException {
    Path script = dir.resolve("nvidia-smi");
    Files.writeString(script, "#!/bin/sh\n" + body);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script.toString();
  }

  private static String text(String file) throws IOException {
    try (var stream = NvidiaSmiTest.class.getResourceAsStream(file)) {
      assertThat(stream).as(file).isNotNull();
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
