package io.sluice.server.config;

/** When what is kept on disk is forced to the device. */
public enum FsyncMode {
  /** Before anything is answered. */
  ALWAYS,
  /** Within an interval. */
  INTERVAL,
  /** When the server stops. */
  NEVER
}
