package io.sluice.client.tasks;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What there was at the end of a wait.
 *
 * @param <T> what the tasks return
 * @param done futures of tasks that have ended, as they were given
 * @param pending futures of tasks that go on
 */
public record Waited<T>(
    List<CompletableFuture<TaskResult<T>>> done, List<CompletableFuture<TaskResult<T>>> pending) {}
