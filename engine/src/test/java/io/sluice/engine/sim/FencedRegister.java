package io.sluice.engine.sim;

/** A resource guarded by fencing tokens: it refuses every token lower than one that it has seen. */
final class FencedRegister {
  private long highest;

  boolean write(long fence) {
    if (fence < highest) {
      return false;
    }
    highest = fence;
    return true;
  }
}
