package io.sluice.client.invocations;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What a call led to: an invocation of its own, or one that was pending and is the same. Immutable
 * but for the invocation that it shows.
 *
 * @param <R> what its task returns
 */
public final class Invocation<R> {
  private final String id;
  private final @Nullable Call<R> call;
  private final boolean isReused;
  private final List<ArgumentDifference> differences;

  private Invocation(
      String id, @Nullable Call<R> call, boolean isReused, List<ArgumentDifference> differences) {
    this.id = id;
    this.call = call;
    this.isReused = isReused;
    this.differences = List.copyOf(differences);
  }

  static <R> Invocation<R> registered(Call<R> call) {
    return new Invocation<>(call.id(), call, false, List.of());
  }

  static <R> Invocation<R> reused(
      String id, @Nullable Call<R> call, List<ArgumentDifference> differences) {
    return new Invocation<>(id, call, true, differences);
  }

  /**
   * What it is known by, here and to the server.
   *
   * @return the same for every call that led to it
   */
  public String id() {
    return id;
  }

  /**
   * Whether it was pending already.
   *
   * @return false = this call made it
   */
  public boolean isReused() {
    return isReused;
  }

  /**
   * In what this call's arguments differ from its.
   *
   * @return empty unless it is reused; by name
   */
  public List<ArgumentDifference> differences() {
    return differences;
  }

  /**
   * Where it stands.
   *
   * @return the present status
   */
  public InvocationStatus status() {
    return call == null ? InvocationStatus.ELSEWHERE : call.status();
  }

  /**
   * Follows it.
   *
   * @return completes with what came of it, never exceptionally; at once where another process has
   *     it. Completing or cancelling it changes nothing of the invocation
   */
  public CompletableFuture<InvocationResult<R>> result() {
    return call == null
        ? CompletableFuture.completedFuture(
            new InvocationResult<>(
                id, InvocationStatus.ELSEWHERE, null, null, List.of(), Optional.empty()))
        : call.result().copy();
  }

  /**
   * Waits until it has ended.
   *
   * @return what came of it
   * @throws InterruptedException if the thread is interrupted; the invocation goes on
   */
  public InvocationResult<R> await() throws InterruptedException {
    try {
      return result().get();
    } catch (ExecutionException impossible) {
      throw new IllegalStateException("a result is never a failure", impossible);
    }
  }

  @Override
  public String toString() {
    return "Invocation[" + id + ", " + status() + (isReused ? ", reused" : "") + "]";
  }

  @Nullable Call<R> call() {
    return call;
  }
}
