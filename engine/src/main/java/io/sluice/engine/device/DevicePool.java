package io.sluice.engine.device;

import io.sluice.engine.model.DeviceAsk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one pool and what is held on them.
 *
 * <p>A device fits an ask when its memory, its share slots and its exclusivity allow; they are
 * tested in that order, and the first that fails is the reason told. Free memory is a vector, not a
 * sum: two devices with 10 GiB free do not fit an ask of 20 GiB. Placement is deterministic: by
 * free memory as {@link Placement} says, then by share slots in use, then by position.
 *
 * <p>Not thread-safe.
 */
public final class DevicePool {
  private final List<Slot> slots = new ArrayList<>();
  private Placement placement;
  private int maxSharers;

  /** Creates a pool with nothing held. */
  public DevicePool(List<Device> devices, Placement placement, int maxSharers) {
    devices.forEach(device -> slots.add(new Slot(device)));
    this.placement = placement;
    this.maxSharers = maxSharers;
  }

  /**
   * Finds devices for all asks together, or returns null if there are none. Changes nothing.
   *
   * @return for each ask, the devices to hold, in order
   */
  public @Nullable List<Holding> plan(List<DeviceAsk> asks) {
    List<Holding> holdings = new ArrayList<>();
    boolean fits = true;
    for (int i = 0; i < asks.size() && fits; i++) {
      fits = place(asks.get(i), i, holdings);
    }
    holdings.forEach(this::release);
    return fits ? holdings : null;
  }

  /** Holds what was planned; the pool must not have changed since. */
  public void hold(Holding holding) {
    holding.slot.hold(holding.ask);
  }

  /** Gives one holding back. */
  public void release(Holding holding) {
    holding.slot.release(holding.ask);
  }

  /** Changes how asks are placed from now on; what is held stays. */
  public void configure(Placement newPlacement, int newMaxSharers) {
    placement = newPlacement;
    maxSharers = newMaxSharers;
  }

  /** Returns whether the pool could fit the asks if nothing were held. */
  public static boolean couldEverFit(List<Device> devices, int maxSharers, List<DeviceAsk> asks) {
    return new DevicePool(devices, Placement.BINPACK, maxSharers).plan(asks) != null;
  }

  /** Says for each device the first reason why it does not fit the ask; empty if all fit. */
  public String explain(DeviceAsk ask) {
    StringBuilder text = new StringBuilder();
    for (Slot slot : slots) {
      String reason = slot.refusal(ask);
      if (reason != null) {
        text.append(text.isEmpty() ? "" : ", ")
            .append(slot.device.uuid())
            .append(' ')
            .append(reason);
      }
    }
    return text.toString();
  }

  /** Returns the share slots in use; a device held exclusively uses all of its own. */
  public long usedShares() {
    return slots.stream().mapToLong(Slot::usedShares).sum();
  }

  /** Returns the share slots of all devices. */
  public long totalShares() {
    return (long) slots.size() * maxSharers;
  }

  /** Returns what is held on each device, in the order of the inventory. */
  public List<DeviceUsage> usage() {
    return slots.stream()
        .map(slot -> new DeviceUsage(slot.device, slot.grantedMib, slot.sharers, slot.exclusive))
        .toList();
  }

  private boolean place(DeviceAsk ask, int askIndex, List<Holding> holdings) {
    List<Slot> fitting = new ArrayList<>(slots.size());
    for (Slot slot : slots) {
      if (slot.refusal(ask) == null) {
        fitting.add(slot);
      }
    }
    if (fitting.size() < ask.count()) {
      return false;
    }
    Comparator<Slot> byFree = Comparator.comparingLong(Slot::freeMib);
    Comparator<Slot> order =
        placement == Placement.BINPACK
            ? byFree.thenComparing(Comparator.comparingInt(Slot::sharers).reversed())
            : byFree.reversed().thenComparingInt(Slot::sharers);
    fitting.sort(order);
    for (Slot slot : fitting.subList(0, ask.count())) {
      slot.hold(ask);
      holdings.add(new Holding(slot, ask, askIndex));
    }
    return true;
  }

  /** One device held for one ask. */
  public static final class Holding {
    private final Slot slot;
    private final DeviceAsk ask;
    private final int askIndex;

    private Holding(Slot slot, DeviceAsk ask, int askIndex) {
      this.slot = slot;
      this.ask = ask;
      this.askIndex = askIndex;
    }

    /** Returns the device. */
    public Device device() {
      return slot.device;
    }

    /** Returns the memory held on it, in MiB; all of it for an exclusive ask without memory. */
    public long memoryMib() {
      return slot.takenMib(ask);
    }

    /** Returns whether nobody else may share the device meanwhile. */
    public boolean isExclusive() {
      return ask.exclusive();
    }

    /** Returns which of the asks it is for, from 0. */
    public int askIndex() {
      return askIndex;
    }
  }

  private final class Slot {
    final Device device;
    long grantedMib;
    int sharers;
    boolean exclusive;

    Slot(Device device) {
      this.device = device;
    }

    @Nullable String refusal(DeviceAsk ask) {
      if (ask.memoryMib() > freeMib()) {
        return "has "
            + freeMib()
            + " MiB free of "
            + device.memoryMib()
            + ", "
            + ask.memoryMib()
            + " asked";
      }
      if (exclusive) {
        return "is held exclusively";
      }
      if (sharers >= maxSharers) {
        return "is shared by " + sharers + " already";
      }
      return ask.exclusive() && sharers > 0
          ? "is shared by " + sharers + ", exclusive asked"
          : null;
    }

    long takenMib(DeviceAsk ask) {
      return ask.exclusive() ? device.memoryMib() : ask.memoryMib();
    }

    void hold(DeviceAsk ask) {
      grantedMib += takenMib(ask);
      sharers++;
      exclusive |= ask.exclusive();
    }

    void release(DeviceAsk ask) {
      grantedMib -= takenMib(ask);
      sharers--;
      exclusive = false;
    }

    long freeMib() {
      return device.memoryMib() - grantedMib;
    }

    int sharers() {
      return sharers;
    }

    long usedShares() {
      return exclusive ? Math.max(maxSharers, sharers) : sharers;
    }
  }
}
