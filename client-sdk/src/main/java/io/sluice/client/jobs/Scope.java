package io.sluice.client.jobs;

import io.sluice.client.Acquisition;
import io.sluice.client.Lease;
import io.sluice.client.SluiceClient;
import org.jspecify.annotations.Nullable;

/**
 * What a thread holds, the innermost first, so that what it asks for next may ride on that. Entered
 * by one thread; may be left by any.
 */
final class Scope {
  private static final ThreadLocal<@Nullable Scope> INNERMOST = new ThreadLocal<>();

  private final SluiceClient client;
  private final @Nullable Lease lease;
  private final @Nullable JobManager runner;
  private final @Nullable Scope outer;
  private volatile boolean left;

  private Scope(
      SluiceClient client,
      @Nullable Lease lease,
      @Nullable JobManager runner,
      @Nullable Scope outer) {
    this.client = client;
    this.lease = lease;
    this.runner = runner;
    this.outer = outer;
  }

  /** Notes what this thread holds now; {@code runner} is set for the thread of a job. */
  static Scope enter(SluiceClient client, Lease lease, @Nullable JobManager runner) {
    Scope scope = new Scope(client, lease.id().isEmpty() ? null : lease, runner, innermost());
    INNERMOST.set(scope);
    return scope;
  }

  void leave() {
    left = true;
    Scope innermost = innermost();
    if (innermost == null) {
      INNERMOST.remove();
    } else {
      INNERMOST.set(innermost);
    }
  }

  /** The lease of this client that is held innermost; null if none is. */
  static @Nullable Lease lease(SluiceClient client) {
    for (@Nullable Scope scope = innermost(); scope != null; scope = scope.outer) {
      if (!scope.left && scope.client == client && scope.lease != null) {
        return scope.lease;
      }
    }
    return null;
  }

  /** Lets an acquisition ride on a lease, which must still be held. */
  static Acquisition nested(Acquisition acquisition, @Nullable Lease parent) {
    if (parent == null) {
      return acquisition;
    }
    parent.requireValid();
    return acquisition.parent(parent);
  }

  /** Whether this thread runs a job of this manager. */
  static boolean isJobOf(JobManager manager) {
    for (@Nullable Scope scope = innermost(); scope != null; scope = scope.outer) {
      if (!scope.left && scope.runner == manager) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Scope innermost() {
    @Nullable Scope scope = INNERMOST.get();
    while (scope != null && scope.left) {
      scope = scope.outer;
    }
    return scope;
  }
}
