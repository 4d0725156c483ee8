package io.sluice.client.invocations;

import java.util.List;

/** A call is the same as a pending one to its task's control, but has other arguments. */
public final class DifferentArgumentsException extends RuntimeException {
  private final String existingId;
  private final transient List<ArgumentDifference> differences;

  DifferentArgumentsException(String existingId, List<ArgumentDifference> differences) {
    super("ALREADY_EXISTS: invocation " + existingId + " differs: " + differences);
    this.existingId = existingId;
    this.differences = List.copyOf(differences);
  }

  /**
   * The pending invocation.
   *
   * @return its id
   */
  public String existingId() {
    return existingId;
  }

  /**
   * What differs.
   *
   * @return changed, added and removed arguments, by name
   */
  public List<ArgumentDifference> differences() {
    return differences;
  }
}
