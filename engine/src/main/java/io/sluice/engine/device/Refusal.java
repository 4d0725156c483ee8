package io.sluice.engine.device;

import io.sluice.engine.model.DeviceAsk;

/** Why a device does not fit an ask, in the order in which it is tested. */
enum Refusal {
  SELECTOR {
    @Override
    String text(Slot slot, DeviceAsk ask) {
      return "is not " + slot.device().mismatch(ask.selector());
    }
  },
  LOST {
    @Override
    String text(Slot slot, DeviceAsk ask) {
      return "is lost";
    }
  },
  CORDONED {
    @Override
    String text(Slot slot, DeviceAsk ask) {
      return "is cordoned";
    }
  },
  MEMORY {
    @Override
    String text(Slot slot, DeviceAsk ask) {
      return String.format(
          "has %d MiB free of %d, %d asked",
          slot.freeMib(), slot.device().memoryMib(), ask.memoryMibPerDevice());
    }
  },
  HELD_EXCLUSIVELY {
    @Override
    String text(Slot slot, DeviceAsk ask) {
      return "is held exclusively";
    }
  },
  COMPUTE {
    @Override
    String text(Slot slot, DeviceAsk ask) {
      return String.format(
          "has %d %% of its compute free, %d asked",
          slot.freePercent(), ask.computePercentPerDevice());
    }
  },
  SHARE_SLOTS {
    @Override
    String text(Slot slot, DeviceAsk ask) {
      if (slot.sharers() == 0) {
        return "has fewer than " + ask.sharesPerDevice() + " share slots";
      }
      String many = ask.sharesPerDevice() > 1 ? ", " + ask.sharesPerDevice() + " asked" : "";
      return "is shared by " + slot.sharers() + " already" + many;
    }
  },
  EXCLUSIVE_ASKED {
    @Override
    String text(Slot slot, DeviceAsk ask) {
      return "is shared by " + slot.sharers() + ", exclusive asked";
    }
  };

  /** Says it of a device that refuses an ask for this reason. */
  abstract String text(Slot slot, DeviceAsk ask);
}
