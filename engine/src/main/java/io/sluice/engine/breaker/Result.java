package io.sluice.engine.breaker;

/** What the end of work says about the service. */
public enum Result {
  /** It served. */
  SUCCESS,
  /** It failed, refused or did not answer in time. */
  FAILURE,
  /** Nothing: the caller gave up, or failed by itself. A probe gives its place back. */
  IGNORED,
  /**
   * Nobody knows: the holder went without a word. Of a probe this counts as a failure, because a
   * service is well only if something says so; of other work it does not count, because holders
   * that die say nothing about the service.
   */
  LOST
}
