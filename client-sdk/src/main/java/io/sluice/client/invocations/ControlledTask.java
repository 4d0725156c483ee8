package io.sluice.client.invocations;

import io.sluice.client.ConcurrencyException;
import io.sluice.client.ExistingRequest;
import io.sluice.client.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A task whose calls are controlled. Thread-safe.
 *
 * <pre>{@code
 * ControlledTask<Receipt> pay =
 *     app.task("pay", arguments -> pay(arguments))
 *         .registration(ConcurrencyControlType.KEYS)
 *         .running(ConcurrencyControlType.KEYS)
 *         .keys("account")
 *         .define();
 * Invocation<Receipt> invocation = pay.call(Map.of("account", "a", "amount", 2));
 * }</pre>
 *
 * @param <R> what it returns
 */
public final class ControlledTask<R> {
  private final InvocationApp app;
  private final TaskDefinition<R> definition;

  ControlledTask(InvocationApp app, TaskDefinition<R> definition) {
    this.app = app;
    this.definition = definition;
    app.define(definition.name());
  }

  /**
   * Calls it. What the call leads to is known when this returns: an invocation of its own, or one
   * that was pending, in whatever process.
   *
   * @param arguments at most 30: null, Booleans, numbers, texts, enums, and lists, sets and maps of
   *     those
   * @return the invocation
   * @throws IllegalArgumentException if a key or an argument is missing or of another kind
   * @throws DifferentArgumentsException if it would reuse one with other arguments, and the task
   *     says so
   * @throws RejectedExecutionException if as many are pending as may, or the application is closed
   * @throws InterruptedException if the thread is interrupted
   * @throws RuntimeException what an acquire throws, where the server denies a registration
   */
  public Invocation<R> call(Map<String, ?> arguments) throws InterruptedException {
    return got(register(checked(arguments)));
  }

  /**
   * Calls it many times, without waiting for one registration after the other. Calls that are the
   * same to the registration control are registered once.
   *
   * @param calls the arguments of each
   * @return one invocation for each call, in their order
   * @throws IllegalArgumentException if the arguments of one are wrong; none is called then
   * @throws DifferentArgumentsException as {@link #call}; the others are called all the same
   * @throws RejectedExecutionException as {@link #call}; those before are called all the same
   * @throws InterruptedException if the thread is interrupted
   */
  public List<Invocation<R>> parallelize(List<? extends Map<String, ?>> calls)
      throws InterruptedException {
    List<CallArguments> checked = new ArrayList<>();
    for (Map<String, ?> arguments : calls) {
      checked.add(checked(arguments));
    }
    Map<String, CompletableFuture<Invocation<R>>> firsts = new HashMap<>();
    List<CompletableFuture<Invocation<R>>> all = new ArrayList<>();
    for (CallArguments arguments : checked) {
      if (definition.registration() == ConcurrencyControlType.DISABLED) {
        all.add(register(arguments));
        continue;
      }
      String key = arguments.key(definition.registration(), definition.keys());
      @Nullable CompletableFuture<Invocation<R>> first = firsts.get(key);
      if (first == null) {
        CompletableFuture<Invocation<R>> registered = register(arguments);
        firsts.put(key, registered);
        all.add(registered);
      } else {
        all.add(first.thenCompose(invocation -> again(invocation, arguments)));
      }
    }
    List<Invocation<R>> invocations = new ArrayList<>();
    for (CompletableFuture<Invocation<R>> one : all) {
      invocations.add(got(one));
    }
    return invocations;
  }

  private CallArguments checked(Map<String, ?> told) {
    CallArguments arguments = new CallArguments(told);
    arguments.require(definition.keys());
    return arguments;
  }

  private CompletableFuture<Invocation<R>> register(CallArguments arguments) {
    String id = UUID.randomUUID().toString().replace("-", "");
    Call<R> call = new Call<>(definition, id, arguments);
    app.add(call);
    if (definition.registration() == ConcurrencyControlType.DISABLED) {
      app.runner().add(call);
      return CompletableFuture.completedFuture(Invocation.registered(call));
    }
    return app.client()
        .acquireAsync(definition.register(id, arguments))
        .handle((lease, denied) -> registered(call, lease, denied));
  }

  private Invocation<R> registered(
      Call<R> call, @Nullable Lease lease, @Nullable Throwable denied) {
    if (lease != null) {
      call.registered(lease);
      app.runner().add(call);
      return Invocation.registered(call);
    }
    app.forget(call);
    Optional<ExistingRequest> existing =
        denied instanceof ConcurrencyException answer ? answer.existing() : Optional.empty();
    if (existing.isEmpty()) {
      throw new CompletionException(denied);
    }
    String id = existing.get().requestId();
    return reused(id, app.<R>find(id, definition), differences(existing.get()));
  }

  /** The same call again, in one batch. */
  private CompletableFuture<Invocation<R>> again(Invocation<R> first, CallArguments arguments) {
    @Nullable Call<R> call = first.call();
    return call == null
        ? register(arguments)
        : CompletableFuture.completedFuture(
            reused(call.id(), call, arguments.differencesFrom(call.arguments())));
  }

  private Invocation<R> reused(
      String id, @Nullable Call<R> call, List<ArgumentDifference> differences) {
    if (definition.raisesOnDifference() && !differences.isEmpty()) {
      throw new DifferentArgumentsException(id, differences);
    }
    return Invocation.reused(id, call, differences);
  }

  private static List<ArgumentDifference> differences(ExistingRequest existing) {
    String prefix = "demands[0].attributes[" + TaskDefinition.ARGUMENT;
    return existing.differences().stream()
        .filter(difference -> difference.field().startsWith(prefix))
        .map(
            difference ->
                new ArgumentDifference(
                    difference.field().substring(prefix.length(), difference.field().length() - 1),
                    difference.existing(),
                    difference.asked()))
        .toList();
  }

  private static <R> Invocation<R> got(CompletableFuture<Invocation<R>> registered)
      throws InterruptedException {
    try {
      return registered.get();
    } catch (ExecutionException failed) {
      @Nullable Throwable cause = failed.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException(failed);
    }
  }
}
