package io.sluice.engine.limit;

import org.jspecify.annotations.Nullable;

/**
 * What a new set of limits changes about one of them.
 *
 * @param retired the generation that is no longer in force; null = none
 * @param active the generation in force from now on; null = the limit is deleted
 * @param before how {@code active} was configured until now; null = it is a new generation
 */
public record LimitChange(
    @Nullable ActiveLimit retired, @Nullable ActiveLimit active, @Nullable Limit before) {
  /** Returns whether a demand may lead to another bucket than before. */
  public boolean reroutes() {
    return before == null || active == null || !before.match().equals(active.limit().match());
  }

  /** Returns whether those who wait for it are to be put into order anew. */
  public boolean requeues() {
    return before != null && active != null && !before.queue().equals(active.limit().queue());
  }
}
