package io.sluice.server.driver;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call led to, which a step of the engine learns at once, or a later one if the store is
 * elsewhere.
 *
 * @param <T> what it led to
 */
final class Answer<T extends @Nullable Object> implements Posted {
  private final List<T> result = new ArrayList<>(1);
  private final Told<T> told;

  Answer(Told<T> told) {
    this.told = told;
  }

  void is(T what) {
    result.add(what);
  }

  @Override
  public void tell(Deliveries deliveries, long position, boolean changed) {
    deliveries.await(
        changed ? position : 0,
        problem -> {
          if (problem == null) {
            told.done(result.get(0));
          } else {
            told.lost(problem);
          }
        });
  }
}
