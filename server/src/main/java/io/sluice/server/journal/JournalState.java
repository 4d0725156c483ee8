package io.sluice.server.journal;

/**
 * Whether a journal still takes records.
 *
 * @param phase whether it does
 * @param problem why not, for people: the file and what failed; empty unless failed
 */
public record JournalState(Phase phase, String problem) {
  /** The three things that a journal can be. */
  public enum Phase {
    /** What is appended becomes durable. */
    OPEN,
    /** Nothing becomes durable any more, for as long as the process lives. */
    FAILED,
    /** It was closed in order; all that was appended before is durable. */
    CLOSED
  }
}
