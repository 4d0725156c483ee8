package io.sluice.engine.model;

/** How the renewal of one lease ended. */
public enum RenewStatus {
  /** The lease lives on. */
  RENEWED,
  /** The lease has ended. */
  LOST,
  /** No such lease is known. */
  UNKNOWN
}
