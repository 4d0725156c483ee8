package io.sluice.client.invocations;

import io.sluice.client.internal.Checks;
import java.util.List;
import java.util.Set;

/**
 * Defines a {@link ControlledTask}.
 *
 * @param <R> what it returns
 */
public final class ControlledTaskBuilder<R> {
  private final InvocationApp app;
  private final String name;
  private final TaskWork<R> work;
  private ConcurrencyControlType registration = ConcurrencyControlType.DISABLED;
  private ConcurrencyControlType running = ConcurrencyControlType.DISABLED;
  private List<String> keys = List.of();
  private String control = "one";
  private boolean raisesOnDifference;
  private boolean reroutes = true;
  private int maxAttempts = 1;

  ControlledTaskBuilder(InvocationApp app, String name, TaskWork<R> work) {
    this.app = app;
    this.name = InvocationApp.word("task", name, 100);
    this.work = work;
  }

  /**
   * Which calls are one invocation while that is pending. Unless told, none.
   *
   * @param registration what makes calls the same
   * @return this
   */
  public ControlledTaskBuilder<R> registration(ConcurrencyControlType registration) {
    this.registration = registration;
    return this;
  }

  /**
   * Which calls run one at a time, or as few as the limit says. Unless told, none.
   *
   * @param running what makes calls the same
   * @return this
   */
  public ControlledTaskBuilder<R> running(ConcurrencyControlType running) {
    this.running = running;
    return this;
  }

  /**
   * The arguments that make calls the same, with {@link ConcurrencyControlType#KEYS}.
   *
   * @param keys names that every call must have
   * @return this
   */
  public ControlledTaskBuilder<R> keys(String... keys) {
    this.keys = List.of(keys);
    return this;
  }

  /**
   * Another limit of the server than that for one at a time: the value of the attribute {@code
   * control} that it matches. Unless told, {@code one}.
   *
   * @param control 1..64 letters, digits, {@code _}, {@code .} and {@code -}
   * @return this
   * @throws IllegalArgumentException if it is something else
   */
  public ControlledTaskBuilder<R> control(String control) {
    this.control = InvocationApp.word("control", control, 64);
    return this;
  }

  /**
   * Whether a call that is the same as a pending one, but has other arguments, is refused. Unless
   * told, it reuses that one and says in what it differs.
   *
   * @param raises true = {@link DifferentArgumentsException}
   * @return this
   */
  public ControlledTaskBuilder<R> raiseOnDifference(boolean raises) {
    this.raisesOnDifference = raises;
    return this;
  }

  /**
   * Whether an invocation that may not run yet waits until it may. Unless told, it does; otherwise
   * it ends as {@link InvocationStatus#CONCURRENCY_CONTROLLED_FINAL}. A retry always waits.
   *
   * @param reroutes false = it is dropped
   * @return this
   */
  public ControlledTaskBuilder<R> reroute(boolean reroutes) {
    this.reroutes = reroutes;
    return this;
  }

  /**
   * How often an invocation that throws is run. Unless told, once.
   *
   * @param maxAttempts 1..100
   * @return this
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public ControlledTaskBuilder<R> maxAttempts(int maxAttempts) {
    this.maxAttempts = Checks.inRange("maxAttempts", maxAttempts, 1, 100);
    return this;
  }

  /**
   * Defines the task.
   *
   * @return the task
   * @throws IllegalArgumentException if a control is by keys and there are none, or there are keys
   *     and none is, or one is named twice
   */
  public ControlledTask<R> define() {
    boolean byKeys =
        registration == ConcurrencyControlType.KEYS || running == ConcurrencyControlType.KEYS;
    if (byKeys == keys.isEmpty()) {
      throw new IllegalArgumentException(
          "keys of task " + name + " must be told with a control by KEYS, and only then");
    }
    if (Set.copyOf(keys).size() < keys.size() || keys.contains("")) {
      throw new IllegalArgumentException(
          "keys of task " + name + " must be different names but were " + keys);
    }
    return new ControlledTask<>(
        app,
        new TaskDefinition<>(
            app.namespace(),
            name,
            work,
            registration,
            running,
            keys,
            control,
            raisesOnDifference,
            reroutes,
            maxAttempts,
            app.ttl()));
  }
}
