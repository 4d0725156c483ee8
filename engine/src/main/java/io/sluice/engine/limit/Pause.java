package io.sluice.engine.limit;

import io.sluice.engine.model.Bounds;

/**
 * An order that nothing new may start on some resources. Who holds goes on, and may renew.
 *
 * @param resource the glob of the resources
 * @param reason why, for people; 0..1024 bytes
 * @param deny deny everybody, also those who wait or would wait; else they wait
 */
public record Pause(ResourcePattern resource, String reason, boolean deny) {
  /** Checks the bounds. */
  public Pause {
    Bounds.requireText("reason", reason, 0, Bounds.MAX_MESSAGE_BYTES);
  }
}
