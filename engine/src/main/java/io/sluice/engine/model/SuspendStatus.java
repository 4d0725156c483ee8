package io.sluice.engine.model;

/** How the suspension of one lease ended. */
public enum SuspendStatus {
  /** It holds nothing, and may be resumed. */
  SUSPENDED,
  /** It has leases nested on it, which work on what it holds; nothing changed. */
  NESTED,
  /** The lease has ended. */
  LOST,
  /** No such lease is known. */
  UNKNOWN
}
