package io.sluice.engine.device;

import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.InvalidArgumentException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one pool, what is held on them, and what was last seen of them.
 *
 * <p>Free memory is a vector, not a sum: two devices with 10 GiB free do not fit an ask of 20 GiB.
 * On each device free = total − reserve − granted − what unmanaged processes use; it may be
 * negative, and nobody is revoked for that. Placement is deterministic: by free memory as {@link
 * Placement} says, then by share slots in use, then by the order in which devices were first seen.
 * Several asks are placed together or not at all; each is a stranger to the others, so an exclusive
 * one shares a device with none of them.
 *
 * <p>A device that is missing from an inventory is lost: it stays known for an hour, or as long as
 * it is cordoned, so that asks which only it can serve wait for its return.
 *
 * <p>Not thread-safe.
 */
public final class DevicePool {
  /** How long a lost device stays known. */
  static final long KEEP_LOST_NANOS = TimeUnit.HOURS.toNanos(1);

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
   * Finds devices for all asks together, or returns null if none were found: there are none, or the
   * asks are so involved that the search gave up. Changes nothing.
   *
   * @return for each ask, the devices to hold, in the order of the asks
   */
  public @Nullable List<Holding> plan(List<DeviceAsk> asks) {
    PlacementSearch search = new PlacementSearch(slots, maxSharers, placement, asks);
    List<Holding> found = search.find();
    if (found != null || !search.gaveUp()) {
      return found;
    }
    // In the other order, so that an empty pool fits the same asks whatever its placement is.
    Placement other = placement == Placement.BINPACK ? Placement.SPREAD : Placement.BINPACK;
    return new PlacementSearch(slots, maxSharers, other, asks).find();
  }

  /** Holds what was planned; the pool must not have changed since. */
  public void hold(Holding holding) {
    holding.hold();
    holding.slot().granted();
  }

  /**
   * Holds again what was held before a restart. A device that is not there any more is lost; the
   * next inventory may bring it back.
   */
  public Holding restore(SavedHolding saved, long nowNanos) {
    Slot slot = slot(saved.uuid());
    if (slot == null) {
      slot = new Slot(new Device(saved.uuid(), saved.index(), "", Math.max(1, saved.memoryMib())));
      slot.lose(nowNanos);
      slots.add(slot);
    }
    Share share =
        new Share(saved.memoryMib(), saved.computePercent(), saved.slots(), saved.exclusive());
    Holding holding = new Holding(slot, share, saved.askIndex());
    hold(holding);
    return holding;
  }

  /** Returns whether a device that is held is lost. */
  public static boolean isLost(Holding holding) {
    return holding.slot().isLost();
  }

  /** Gives one holding back. */
  public void release(Holding holding) {
    holding.release();
  }

  /** Changes how asks are placed from now on; what is held stays. */
  public void configure(Placement newPlacement, int newMaxSharers) {
    placement = newPlacement;
    maxSharers = newMaxSharers;
  }

  /** Returns whether a pool could fit the asks if all its devices were there and free. */
  public static boolean couldEverFit(List<Device> devices, int maxSharers, List<DeviceAsk> asks) {
    return new DevicePool(devices, Placement.BINPACK, maxSharers).plan(asks) != null;
  }

  /** Says why asks that {@link #couldEverFit} refuses do not fit though all devices are free. */
  public static String explainNever(List<Device> devices, int maxSharers, List<DeviceAsk> asks) {
    return new DevicePool(devices, Placement.BINPACK, maxSharers).explain(asks);
  }

  /**
   * Takes an inventory over: new devices appear, known ones are seen again, those that are missing
   * are lost. What is held on a lost device stays held until it is released.
   *
   * @param readings the devices there are, each once, at most {@value Device#MAX_IN_POOL}
   * @param lost told each device that is missing for the first time
   */
  public void update(List<DeviceReading> readings, long nowNanos, Consumer<Device> lost) {
    Map<String, DeviceReading> unseen = byUuid(readings);
    for (Slot slot : slots) {
      DeviceReading reading = unseen.remove(slot.device().uuid());
      if (reading != null) {
        slot.read(reading);
      } else if (!slot.isLost()) {
        slot.lose(nowNanos);
        lost.accept(slot.device());
      }
    }
    for (DeviceReading reading : unseen.values()) {
      Slot slot = new Slot(reading.device());
      slot.read(reading);
      slots.add(slot);
    }
    forget(nowNanos);
  }

  /**
   * Returns readings by uuid.
   *
   * @throws InvalidArgumentException if they are too many, or of one device twice
   */
  public static Map<String, DeviceReading> byUuid(List<DeviceReading> readings) {
    if (readings.size() > Device.MAX_IN_POOL) {
      throw new InvalidArgumentException(
          "devices",
          "must be at most " + Device.MAX_IN_POOL + " in a pool but were " + readings.size());
    }
    Map<String, DeviceReading> byUuid = new LinkedHashMap<>();
    for (DeviceReading reading : readings) {
      if (byUuid.put(reading.device().uuid(), reading) != null) {
        throw new InvalidArgumentException(
            "devices", "must have each uuid once but have " + reading.device().uuid() + " twice");
      }
    }
    return byUuid;
  }

  /**
   * Keeps new grants off a device, or lets them on again; holders stay.
   *
   * @return whether there is such a device
   */
  public boolean cordon(String uuid, boolean cordoned) {
    Slot slot = slot(uuid);
    if (slot != null) {
      slot.cordon(cordoned);
    }
    return slot != null;
  }

  /** Says why asks that {@link #plan} finds no devices for do not fit. */
  public String explain(List<DeviceAsk> asks) {
    return new PoolReasons(slots, maxSharers, placement).explain(asks);
  }

  /** Returns the share slots in use; a device held exclusively uses all of its own. */
  public long usedShares() {
    return slots.stream().mapToLong(slot -> slot.usedShares(maxSharers)).sum();
  }

  /** Returns the share slots left on devices that are neither cordoned nor lost. */
  public long freeShares() {
    return slots.stream()
        .filter(Slot::isUsable)
        .mapToLong(slot -> maxSharers - slot.usedShares(maxSharers))
        .sum();
  }

  /** Returns what is held on each device, in the order in which they were first seen. */
  public List<DeviceUsage> usage() {
    return slots.stream().map(slot -> slot.usage(maxSharers)).toList();
  }

  private @Nullable Slot slot(String uuid) {
    for (Slot slot : slots) {
      if (slot.device().uuid().equals(uuid)) {
        return slot;
      }
    }
    return null;
  }

  private void forget(long nowNanos) {
    slots.removeIf(
        slot ->
            slot.isLost()
                && !slot.isHeld()
                && !slot.isCordoned()
                && nowNanos - slot.lostAtNanos() >= KEEP_LOST_NANOS);
    while (slots.size() > Device.MAX_IN_POOL) {
      slots.remove(
          slots.stream()
              .filter(Slot::isLost)
              .min(Comparator.comparingLong(Slot::lostAtNanos))
              .orElseThrow());
    }
  }
}
