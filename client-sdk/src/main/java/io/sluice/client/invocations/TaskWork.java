package io.sluice.client.invocations;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a task does.
 *
 * @param <R> what it returns
 */
@FunctionalInterface
public interface TaskWork<R> {

  /**
   * Does it for one call.
   *
   * @param arguments those of the call
   * @return what comes of it
   * @throws Exception any; it is tried again as often as the task says
   */
  R run(Map<String, @Nullable Object> arguments) throws Exception;
}
