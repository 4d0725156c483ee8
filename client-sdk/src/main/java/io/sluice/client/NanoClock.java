package io.sluice.client;

/**
 * A monotonic clock, for measuring how long something took. Thread-safe.
 *
 * <p>Whatever of the client measures for its caller takes one, so that tests can move the time.
 */
@FunctionalInterface
public interface NanoClock {

  /**
   * A reading.
   *
   * @return ns; only differences mean something
   */
  long nanoTime();

  /**
   * The clock of the machine.
   *
   * @return the clock
   */
  static NanoClock system() {
    return System::nanoTime;
  }
}
