package io.sluice.engine.admission;

import io.sluice.engine.model.Decision;

/** Where the answer to an acquire goes. */
@FunctionalInterface
public interface Reply {
  /**
   * Told exactly once, unless the acquire is cancelled first. Called within a step of the engine,
   * so it must return soon and must not call the engine; an edge keeps the decision and sends it
   * after.
   */
  void decided(Decision decision);
}
