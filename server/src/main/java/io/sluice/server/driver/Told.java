package io.sluice.server.driver;

/**
 * Is told what a step did, once that is durable, on any thread.
 *
 * @param <T> what it did
 */
public interface Told<T> {
  /** It is done, and stays so. */
  void done(T what);

  /** It cannot be promised to stay so. */
  void lost(String problem);
}
