package io.sluice.engine.device;

import io.sluice.engine.model.DeviceAsk;
import org.jspecify.annotations.Nullable;

/**
 * One device of a pool with what is held on it, what was seen of it, and whether it may be used.
 */
final class Slot {
  private Device device;
  private long grantedMib;
  private int grantedPercent;
  private int sharers;
  private boolean exclusive;

  /** The most that was granted at once since the last reading. */
  private long peakGrantedMib;

  private long unmanagedMib;
  private int utilizationPercent = DeviceReading.UNKNOWN;
  private boolean cordoned;
  private boolean lost;
  private long lostAtNanos;

  Slot(Device device) {
    this.device = device;
  }

  /**
   * Returns the first reason why an ask does not fit here, null if it does: what no holder's
   * release mends (selector, loss, cordon), then memory, an exclusive holder, compute, share slots,
   * and at last the holders whom an exclusive ask cannot have beside it.
   */
  @Nullable Refusal refusal(DeviceAsk ask, int maxSharers) {
    if (!ask.selector().isEmpty() && device.mismatch(ask.selector()) != null) {
      return Refusal.SELECTOR;
    }
    if (lost) {
      return Refusal.LOST;
    }
    if (cordoned) {
      return Refusal.CORDONED;
    }
    if (ask.memoryMibPerDevice() > Math.max(0, freeMib())) {
      return Refusal.MEMORY;
    }
    if (exclusive) {
      return Refusal.HELD_EXCLUSIVELY;
    }
    if (ask.computePercentPerDevice() > freePercent()) {
      return Refusal.COMPUTE;
    }
    if (sharers + ask.sharesPerDevice() > maxSharers) {
      return Refusal.SHARE_SLOTS;
    }
    return ask.exclusive() && sharers > 0 ? Refusal.EXCLUSIVE_ASKED : null;
  }

  /** Returns whether an ask could fit if nothing were held here. */
  boolean couldServe(DeviceAsk ask) {
    return device.mismatch(ask.selector()) == null
        && ask.memoryMibPerDevice() <= device.memoryMib();
  }

  /** Returns what an ask that fits would take here; an exclusive one takes all that is free. */
  Share share(DeviceAsk ask) {
    return ask.exclusive()
        ? new Share(Math.max(0, freeMib()), DeviceAsk.WHOLE_PERCENT, ask.sharesPerDevice(), true)
        : new Share(
            ask.memoryMibPerDevice(), ask.computePercentPerDevice(), ask.sharesPerDevice(), false);
  }

  void hold(Share share) {
    grantedMib += share.memoryMib();
    grantedPercent += share.computePercent();
    sharers += share.slots();
    exclusive |= share.exclusive();
  }

  void release(Share share) {
    grantedMib -= share.memoryMib();
    grantedPercent -= share.computePercent();
    sharers -= share.slots();
    exclusive = false; // whoever is released from an exclusive device was alone on it
  }

  /** Notes that what is held now was granted, not only tried. */
  void granted() {
    peakGrantedMib = Math.max(peakGrantedMib, grantedMib);
  }

  /**
   * Takes a reading over. Processes of holders are part of the memory in use, so only what exceeds
   * the grants is unmanaged. The grants are those since the last reading: the process of a lease
   * that has just ended may still have been seen.
   */
  void read(DeviceReading reading) {
    device = reading.device();
    unmanagedMib = Math.max(0, reading.usedMib() - peakGrantedMib);
    utilizationPercent = reading.utilizationPercent();
    peakGrantedMib = grantedMib;
    lost = false;
  }

  void lose(long nowNanos) {
    lost = true;
    lostAtNanos = nowNanos;
    unmanagedMib = 0;
    utilizationPercent = DeviceReading.UNKNOWN;
  }

  void cordon(boolean newCordoned) {
    cordoned = newCordoned;
  }

  DeviceUsage usage(int maxSharers) {
    boolean open = isUsable() && !exclusive && sharers < maxSharers;
    return new DeviceUsage(
        device,
        grantedMib,
        grantedPercent,
        sharers,
        exclusive,
        unmanagedMib,
        utilizationPercent,
        cordoned,
        lost,
        open);
  }

  /** Returns whether an ask that has no selector cannot tell it from another device. */
  boolean isLike(Slot other) {
    return freeMib() == other.freeMib()
        && grantedPercent == other.grantedPercent
        && sharers == other.sharers;
  }

  Device device() {
    return device;
  }

  boolean isUsable() {
    return !cordoned && !lost;
  }

  boolean isCordoned() {
    return cordoned;
  }

  boolean isLost() {
    return lost;
  }

  boolean isHeld() {
    return sharers > 0;
  }

  long lostAtNanos() {
    return lostAtNanos;
  }

  long freeMib() {
    return device.memoryMib() - grantedMib - unmanagedMib;
  }

  int freePercent() {
    return DeviceAsk.WHOLE_PERCENT - grantedPercent;
  }

  int sharers() {
    return sharers;
  }

  /** Returns the share slots in use; an exclusive holder uses them all. */
  long usedShares(int maxSharers) {
    return exclusive ? Math.max(maxSharers, sharers) : sharers;
  }
}
