package io.sluice.client.invocations;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of an invocation.
 *
 * @param <R> what its task returns
 * @param id of the invocation
 * @param status how it ended
 * @param value what it returned; null unless it succeeded
 * @param error what it threw, or why it never ran; null if it succeeded
 * @param runs when it ran, once for each attempt
 * @param blockedBy the limit for which it was dropped; empty unless it was
 */
public record InvocationResult<R>(
    String id,
    InvocationStatus status,
    @Nullable R value,
    @Nullable Throwable error,
    List<RunInterval> runs,
    Optional<String> blockedBy) {

  /**
   * Keeps a copy of the list.
   *
   * @param id of the invocation
   * @param status how it ended
   * @param value what it returned
   * @param error what it threw
   * @param runs copied
   * @param blockedBy the limit for which it was dropped
   */
  public InvocationResult {
    runs = List.copyOf(runs);
  }

  /**
   * Whether it returned.
   *
   * @return false = the status and the error say why not
   */
  public boolean isSuccess() {
    return status == InvocationStatus.SUCCESS;
  }

  @Override
  public String toString() {
    return "invocation "
        + id
        + ": "
        + status
        + blockedBy.map(limit -> " by limit " + limit).orElse("")
        + (error == null ? "" : " (" + error.getMessage() + ")");
  }
}
