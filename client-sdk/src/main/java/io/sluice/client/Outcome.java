package io.sluice.client;

/** How work that held a lease ended. Drives the server's statistics. */
public enum Outcome {
  /** The work succeeded. */
  SUCCESS,
  /** The work failed by itself. */
  ERROR,
  /** The provider refused the work because of its own limit (HTTP 429, RESOURCE_EXHAUSTED). */
  THROTTLED,
  /** The work did not finish within its time. */
  TIMEOUT,
  /** The caller gave the work up after it had begun. */
  CANCELLED,
  /** The work never began: rate tokens are given back, once, up to the burst. */
  UNUSED,
  /** The holder ended without saying how. */
  ABANDONED;

  /**
   * The outcome that a failure of the work stands for, as {@link SluiceClient#execute} tells it.
   *
   * @param failure what the work threw
   * @return one of THROTTLED, TIMEOUT, CANCELLED and ERROR
   */
  public static Outcome of(Throwable failure) {
    return Outcomes.of(failure);
  }
}
