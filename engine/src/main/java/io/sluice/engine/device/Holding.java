package io.sluice.engine.device;

import io.sluice.engine.model.DeviceAsk;
import java.util.List;

/** One device held, or planned to be held, for one ask. */
public final class Holding {
  private final Slot slot;
  private final Share share;
  private final int askIndex;

  Holding(Slot slot, Share share, int askIndex) {
    this.slot = slot;
    this.share = share;
    this.askIndex = askIndex;
  }

  /** Returns the device. */
  public Device device() {
    return slot.device();
  }

  /** Returns the memory held on it, in MiB; all that was free for an exclusive ask. */
  public long memoryMib() {
    return share.memoryMib();
  }

  /** Returns the compute held on it, in percent; 100 for an exclusive ask. */
  public int computePercent() {
    return share.computePercent();
  }

  /** Returns whether nobody else may share the device meanwhile. */
  public boolean isExclusive() {
    return share.exclusive();
  }

  /** Returns the share slots held on it. */
  public int slots() {
    return share.slots();
  }

  /** Returns which of the asks it is for, from 0. */
  public int askIndex() {
    return askIndex;
  }

  /** Returns whether one of these asks could ever be placed on the device, were it free. */
  public boolean couldServe(List<DeviceAsk> asks) {
    return asks.stream().anyMatch(slot::couldServe);
  }

  /** Returns what to keep of it beyond a restart. */
  public SavedHolding saved() {
    return new SavedHolding(
        device().uuid(),
        device().index(),
        memoryMib(),
        computePercent(),
        slots(),
        isExclusive(),
        askIndex);
  }

  Slot slot() {
    return slot;
  }

  void hold() {
    slot.hold(share);
  }

  void release() {
    slot.release(share);
  }
}
