package io.sluice.client.batch;

/**
 * What to do with a batch.
 *
 * @param <T> the items
 * @param <R> what comes of one
 */
@FunctionalInterface
public interface BatchHandler<T, R> {

  /**
   * Works on every item. Those that it does not {@linkplain Batch#fail fail} have succeeded.
   *
   * @param batch the items, and where to tell what came of each
   * @throws Exception any; it fails every item of the batch
   */
  void handle(Batch<T, R> batch) throws Exception;
}
