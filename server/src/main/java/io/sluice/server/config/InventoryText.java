package io.sluice.server.config;

import io.sluice.engine.device.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Inventories that are named rather than listed: {@code nvidia-smi}, or {@code fake:2x24576} for
 * two pretended devices of 24576 MiB each.
 */
final class InventoryText {
  static final int MAX_DEVICES = 1024;
  static final long MAX_MEMORY_MIB = 1L << 24;

  private static final Pattern FAKE = Pattern.compile("fake: *([0-9]{1,9})x(.+)");
  private static final Type<Long> MEMORY = SizeText.mib(1, MAX_MEMORY_MIB);
  private static final String WHAT = "nvidia-smi, fake:COUNTxMIB or a list of devices";

  private InventoryText() {}

  /** Inventories of which nothing is reserved yet. Lists are read elsewhere. */
  static Type<InventorySource> type() {
    return new Type<>(
        "inventory",
        "0.." + MAX_DEVICES + " devices",
        Type.Form.ANY,
        tree -> {
          if (!(tree instanceof Tree.Scalar scalar)) {
            throw InvalidValue.butWas(WHAT, tree.toString());
          }
          return scalar.text().equals("nvidia-smi")
              ? new InventorySource.NvidiaSmi(0, 0)
              : fake(scalar);
        });
  }

  private static InventorySource fake(Tree.Scalar scalar) throws InvalidValue {
    Matcher matcher = FAKE.matcher(scalar.text());
    if (!matcher.matches()) {
      throw InvalidValue.butWas(WHAT, scalar.text());
    }
    int count = Integer.parseInt(matcher.group(1));
    if (count > MAX_DEVICES) {
      throw InvalidValue.butWas("at most " + MAX_DEVICES + " devices", scalar.text());
    }
    Tree size = new Tree.Scalar(scalar.source(), matcher.group(2), scalar.plain());
    long memoryMib = MEMORY.read(size);
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      devices.add(new Device("GPU-fake-" + i, i, "fake", memoryMib));
    }
    return new InventorySource.Static(devices);
  }
}
