package io.sluice.engine.rate;

/**
 * What becomes of the tokens of a bucket when its rate or burst changes. None of them grants more
 * than the new burst at once, nor more than the largest burst however often a limit is changed.
 */
public enum CarryOver {
  /** The tokens stay, at most the new burst of them. */
  AS_IS,
  /** The same share of the burst stays. */
  PROPORTIONAL,
  /** What was taken stays taken: the change of the burst is added, or is taken away. */
  ADDITIVE,
  /** The bucket begins empty; a debt stays. */
  RESET
}
