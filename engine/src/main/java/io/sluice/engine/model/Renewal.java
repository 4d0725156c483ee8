package io.sluice.engine.model;

/**
 * How the renewal of one lease ended.
 *
 * @param status what happened
 * @param ttlNanos how long the lease lives now; 0 unless renewed
 * @param fencingToken as granted; 0 unless renewed
 */
public record Renewal(RenewStatus status, long ttlNanos, long fencingToken) {
  /** The lease has ended. */
  public static final Renewal LOST = new Renewal(RenewStatus.LOST, 0, 0);

  /** No such lease is known. */
  public static final Renewal UNKNOWN = new Renewal(RenewStatus.UNKNOWN, 0, 0);
}
