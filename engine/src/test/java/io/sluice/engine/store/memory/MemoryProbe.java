package io.sluice.engine.store.memory;

/** What a memory store keeps and callers cannot see. */
public final class MemoryProbe {
  private MemoryProbe() {}

  /** Returns how many request ids are remembered. */
  public static int rememberedRequests(MemoryStore store) {
    return store.rememberedRequests();
  }
}
