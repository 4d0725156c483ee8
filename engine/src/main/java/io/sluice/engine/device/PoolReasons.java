package io.sluice.engine.device;

import io.sluice.engine.model.DeviceAsk;
import java.util.List;
import java.util.StringJoiner;

/** Says for people why asks do not fit a pool. Changes nothing. */
final class PoolReasons {
  /** Devices that are named; of more only the number is told. */
  static final int MAX_TOLD = 32;

  private final List<Slot> slots;
  private final int maxSharers;
  private final Placement placement;

  PoolReasons(List<Slot> slots, int maxSharers, Placement placement) {
    this.slots = slots;
    this.maxSharers = maxSharers;
    this.placement = placement;
  }

  /**
   * Says why. Of asks that do not even fit alone, the first reason of each device; else that they
   * do not fit together.
   */
  String explain(List<DeviceAsk> asks) {
    StringJoiner text = new StringJoiner("; ");
    asks.stream().distinct().filter(ask -> !fitsAlone(ask)).map(this::refusals).forEach(text::add);
    if (text.length() > 0 || asks.size() == 1) {
      return text.toString();
    }
    PlacementSearch search = new PlacementSearch(slots, maxSharers, placement, asks);
    boolean fits = search.find() != null;
    if (search.gaveUp()) {
      return String.format(
          "the %d asks fit alone; a placement for all was not found within %d steps",
          asks.size(), PlacementSearch.MAX_STEPS);
    }
    return fits ? "" : String.format("the %d asks fit alone, not together", asks.size());
  }

  private boolean fitsAlone(DeviceAsk ask) {
    return fitting(ask) >= ask.distinctDevices();
  }

  private long fitting(DeviceAsk ask) {
    return slots.stream().filter(slot -> slot.refusal(ask, maxSharers) == null).count();
  }

  private String refusals(DeviceAsk ask) {
    StringJoiner text = new StringJoiner(", ");
    if (ask.distinctDevices() > 1) {
      text.add(fitting(ask) + " of " + ask.distinctDevices() + " devices fit");
    }
    int refusing = 0;
    for (Slot slot : slots) {
      Refusal refusal = slot.refusal(ask, maxSharers);
      if (refusal != null && ++refusing <= MAX_TOLD) {
        text.add(slot.device().uuid() + " " + refusal.text(slot, ask));
      }
    }
    if (refusing > MAX_TOLD) {
      text.add("and " + (refusing - MAX_TOLD) + " more");
    }
    return fragmentation(ask) + text;
  }

  /**
   * Says that the memory would do in sum, if it would and only memory is in the way; else nothing.
   */
  private String fragmentation(DeviceAsk ask) {
    DeviceAsk bare = ask.withMemoryMib(0);
    long freeMib = 0;
    long largestMib = 0;
    int eligible = 0;
    for (Slot slot : slots) {
      if (slot.refusal(bare, maxSharers) == null) {
        long free = Math.max(0, slot.freeMib());
        freeMib += free;
        largestMib = Math.max(largestMib, free);
        eligible++;
      }
    }
    boolean sumWouldDo = ask.memoryMibPerDevice() * ask.distinctDevices() <= freeMib;
    return sumWouldDo && eligible >= ask.distinctDevices()
        ? String.format(
            "fragmented: %d MiB free in total, at most %d on one device: ", freeMib, largestMib)
        : "";
  }
}
