package io.sluice.engine.model;

/** How a release ended. None is an error. */
public enum ReleaseStatus {
  /** Given back now. */
  RELEASED,
  /** It had been given back before; nothing changed. */
  ALREADY_RELEASED,
  /** It had expired or been revoked before; only the outcome was counted. */
  EXPIRED,
  /** No such lease is known. */
  UNKNOWN
}
