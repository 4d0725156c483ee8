package io.sluice.engine.limit;

/** What becomes of a limit that several processes share while what they share is out of reach. */
public enum OnLoss {
  /** Each process gives out its share: one part in as many as there were processes last. */
  LOCAL_SHARE,
  /** Everything is granted, and nothing counted. */
  FAIL_OPEN,
  /** Nothing is granted. */
  FAIL_CLOSED
}
