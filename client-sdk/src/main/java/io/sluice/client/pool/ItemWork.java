package io.sluice.client.pool;

/**
 * What to do with an item.
 *
 * @param <T> the item
 * @param <R> what comes of it
 */
@FunctionalInterface
public interface ItemWork<T, R> {

  /**
   * Does it.
   *
   * @param item one of those given
   * @return what comes of it
   * @throws Exception any; it fails this item alone
   */
  R apply(T item) throws Exception;
}
