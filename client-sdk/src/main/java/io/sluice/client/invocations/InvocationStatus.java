package io.sluice.client.invocations;

/** Where an invocation stands. */
public enum InvocationStatus {
  /** It is known, and waits for a runner. */
  REGISTERED(false),
  /** A runner has taken it, and it waits until it may run. */
  CONCURRENCY_CONTROLLED(false),
  /** It runs. */
  RUNNING(false),
  /** It failed, and waits for a runner to try it again. */
  RETRY(false),
  /** It returned. */
  SUCCESS(true),
  /** It threw in every attempt, or may never run. */
  FAILED(true),
  /** It might not run when a runner took it, and is dropped, as its task says. */
  CONCURRENCY_CONTROLLED_FINAL(true),
  /** It was purged. */
  PURGED(true),
  /** Its application was closed before it ran. */
  CANCELLED(true),
  /** Another process has it, and alone knows what comes of it. */
  ELSEWHERE(true);

  private final boolean isFinal;

  InvocationStatus(boolean isFinal) {
    this.isFinal = isFinal;
  }

  /**
   * Whether it stays so, as far as this process knows.
   *
   * @return false = it goes on
   */
  public boolean isFinal() {
    return isFinal;
  }
}
