package io.sluice.engine.device;

import io.sluice.engine.model.DeviceAsk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Places several asks on the devices of a pool, or finds that they do not fit together.
 *
 * <p>Packing vectors into bins is hard in general, so this is a depth-first search with a bound on
 * its work. Asks are placed the hardest first, each on the devices that {@link Placement} prefers
 * at that moment; where a later ask finds no place, the last choice is taken back and the next
 * device tried. A device that no ask can tell from one already tried is skipped. One ask alone
 * never needs a second try. The same pool and asks lead to the same devices in every run.
 *
 * <p>The search is complete unless {@link #gaveUp}. It holds devices while it goes and has released
 * them all when it returns.
 */
final class PlacementSearch {
  /** Devices looked at before it gives up: under a millisecond. */
  static final int MAX_STEPS = 1 << 16;

  private static final Comparator<DeviceAsk> HARDEST_FIRST =
      Comparator.comparing(DeviceAsk::exclusive)
          .thenComparingLong(DeviceAsk::memoryMibPerDevice)
          .thenComparingInt(DeviceAsk::computePercentPerDevice)
          .thenComparingInt(DeviceAsk::sharesPerDevice)
          .thenComparingInt(DeviceAsk::distinctDevices)
          .reversed();

  private final List<Slot> slots;
  private final int maxSharers;
  private final List<DeviceAsk> asks;
  private final List<Integer> order = new ArrayList<>();
  private final Comparator<Slot> preference;
  private final List<Holding> holdings = new ArrayList<>();
  private int steps;

  PlacementSearch(List<Slot> slots, int maxSharers, Placement placement, List<DeviceAsk> asks) {
    this.slots = slots;
    this.maxSharers = maxSharers;
    this.asks = asks;
    Comparator<Slot> byFree = Comparator.comparingLong(Slot::freeMib);
    preference =
        placement == Placement.BINPACK
            ? byFree.thenComparing(Comparator.comparingInt(Slot::sharers).reversed())
            : byFree.reversed().thenComparingInt(Slot::sharers);
    for (int i = 0; i < asks.size(); i++) {
      order.add(i);
    }
    if (asks.size() > 1) {
      order.sort(Comparator.comparing(asks::get, HARDEST_FIRST));
    }
  }

  /** Returns what to hold, in the order of the asks; null if nothing was found. */
  @Nullable List<Holding> find() {
    boolean found = placeFrom(0);
    holdings.forEach(Holding::release);
    if (!found) {
      return null;
    }
    holdings.sort(Comparator.comparingInt(Holding::askIndex));
    return holdings;
  }

  /** Returns whether the bound on its work ended the search, so that a placement may exist. */
  boolean gaveUp() {
    return steps > MAX_STEPS;
  }

  private boolean placeFrom(int position) {
    if (position == order.size()) {
      return true;
    }
    DeviceAsk ask = asks.get(order.get(position));
    steps += slots.size();
    List<Slot> fitting = new ArrayList<>(slots.size());
    for (Slot slot : slots) {
      if (slot.refusal(ask, maxSharers) == null) {
        fitting.add(slot);
      }
    }
    if (gaveUp() || fitting.size() < ask.distinctDevices()) {
      return false;
    }
    fitting.sort(preference);
    return choose(position, fitting, 0, ask.distinctDevices());
  }

  /** Chooses {@code more} of the devices from an index on, then places the asks that follow. */
  private boolean choose(int position, List<Slot> fitting, int from, int more) {
    if (more == 0) {
      return placeFrom(position + 1);
    }
    int askIndex = order.get(position);
    DeviceAsk ask = asks.get(askIndex);
    List<Slot> tried = new ArrayList<>(0);
    for (int i = from; i <= fitting.size() - more; i++) {
      Slot slot = fitting.get(i);
      if (isLikeOne(tried, slot)) {
        continue;
      }
      Holding holding = new Holding(slot, slot.share(ask), askIndex);
      holding.hold();
      holdings.add(holding);
      if (choose(position, fitting, i + 1, more - 1)) {
        return true;
      }
      holdings.remove(holdings.size() - 1);
      holding.release();
      if (gaveUp()) {
        return false;
      }
      tried.add(slot);
    }
    return false;
  }

  private boolean isLikeOne(List<Slot> tried, Slot slot) {
    steps += tried.size();
    for (Slot other : tried) {
      if (slot.isLike(other) && isSelectedLike(slot, other)) {
        return true;
      }
    }
    return false;
  }

  private boolean isSelectedLike(Slot slot, Slot other) {
    for (DeviceAsk ask : asks) {
      boolean selected = slot.device().mismatch(ask.selector()) == null;
      if (selected != (other.device().mismatch(ask.selector()) == null)) {
        return false;
      }
    }
    return true;
  }
}
