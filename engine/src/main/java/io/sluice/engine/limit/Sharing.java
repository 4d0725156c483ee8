package io.sluice.engine.limit;

import io.sluice.engine.model.Bounds;

/**
 * How several processes share a limit. Of no meaning where they do not, and for a pool of devices,
 * which is of one machine.
 *
 * @param onLoss what becomes of it while what they share is out of reach
 * @param slice how many permits of a rate a process may take ahead, to give them out without asking
 *     each time, 0..2^40; 0 = none: what is admitted is never more than the limit
 */
public record Sharing(OnLoss onLoss, long slice) {
  /** Each process gives out its share during a loss, and takes nothing ahead. */
  public static final Sharing DEFAULT = new Sharing(OnLoss.LOCAL_SHARE, 0);

  /** Checks the bounds. */
  public Sharing {
    Bounds.requireRange("sharing.slice", slice, 0, Bounds.MAX_PERMITS);
  }

  /** The same sharing with another answer to a loss. */
  public Sharing withOnLoss(OnLoss newOnLoss) {
    return new Sharing(newOnLoss, slice);
  }

  /** The same sharing with another slice. */
  public Sharing withSlice(long newSlice) {
    return new Sharing(onLoss, newSlice);
  }
}
