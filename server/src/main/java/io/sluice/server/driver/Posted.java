package io.sluice.server.driver;

/** An answer that a step of the engine made, to be told outside its lock. */
interface Posted {
  /**
   * Tells it, once what it promises is durable.
   *
   * @param position up to where the log was when the step was over
   * @param changed whether the step changed anything that the log keeps
   */
  void tell(Deliveries deliveries, long position, boolean changed);
}
