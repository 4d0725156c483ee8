package io.sluice.client;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Which outcome an exception of the caller's work stands for. Pure. */
final class Outcomes {
  /** By name: the module {@code java.net.http} may be absent. */
  private static final String HTTP_TIMEOUT = "java.net.http.HttpTimeoutException";

  private Outcomes() {}

  static Outcome of(Throwable thrown) {
    Throwable failure = unwrapped(thrown);
    if (failure instanceof ThrottledException) {
      return Outcome.THROTTLED;
    }
    if (failure instanceof TimeoutException
        || failure instanceof SocketTimeoutException
        || isHttpTimeout(failure)) {
      return Outcome.TIMEOUT;
    }
    if (failure instanceof CancellationException || failure instanceof InterruptedException) {
      return Outcome.CANCELLED;
    }
    if (failure instanceof StatusRuntimeException e) {
      return of(e.getStatus());
    }
    return failure instanceof StatusException e ? of(e.getStatus()) : Outcome.ERROR;
  }

  /** How long the provider asked to stay away; empty if it did not say. */
  static Optional<Duration> retryAfter(Throwable thrown) {
    return unwrapped(thrown) instanceof ThrottledException throttled
        ? throttled.retryAfter()
        : Optional.empty();
  }

  /** What to keep with the ended lease; empty where the outcome says it all. */
  static String note(Throwable thrown) {
    return unwrapped(thrown) instanceof ThrottledException throttled
        ? throttled.retryAfter().map(after -> "retry after " + after).orElse("")
        : "";
  }

  private static Outcome of(Status status) {
    return switch (status.getCode()) {
      case RESOURCE_EXHAUSTED -> Outcome.THROTTLED;
      case DEADLINE_EXCEEDED -> Outcome.TIMEOUT;
      case CANCELLED -> Outcome.CANCELLED;
      default -> Outcome.ERROR;
    };
  }

  private static Throwable unwrapped(Throwable thrown) {
    Throwable cause = thrown.getCause();
    boolean wraps = thrown instanceof ExecutionException || thrown instanceof CompletionException;
    return wraps && cause != null ? cause : thrown;
  }

  private static boolean isHttpTimeout(Throwable failure) {
    for (@Nullable Class<?> type = failure.getClass(); type != null; type = type.getSuperclass()) {
      if (type.getName().equals(HTTP_TIMEOUT)) {
        return true;
      }
    }
    return false;
  }
}
