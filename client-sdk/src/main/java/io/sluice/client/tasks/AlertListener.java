package io.sluice.client.tasks;

import io.sluice.client.statistics.ActiveAlert;

/** Hears when the server's alerts fire and clear. */
public interface AlertListener {

  /**
   * A figure went beyond its threshold, and stayed there for long enough.
   *
   * @param alert as it is now
   */
  void fired(ActiveAlert alert);

  /**
   * It came back.
   *
   * @param alert as it was when it was last seen
   */
  default void cleared(ActiveAlert alert) {}
}
