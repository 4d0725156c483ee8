package io.sluice.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** What a failed call means. Pure. */
final class Failures {
  private Failures() {}

  /** Whether the same call may succeed when it is sent again. */
  static boolean isTransient(Throwable failure) {
    Status.Code code = Status.fromThrowable(failure).getCode();
    return code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED;
  }

  /** When the server wants to be asked again, in ns; zero if it did not say. */
  static long retryAfterNanos(Throwable failure) {
    return detail(failure, RetryInfo.class, RetryInfo.getDefaultInstance())
        .map(info -> LeaseClock.nanos(Messages.duration(info.getRetryDelay())))
        .orElse(0L);
  }

  /** The exception for the caller, made where the caller's stack is. */
  static RuntimeException exception(Throwable failure) {
    if (failure instanceof CancellationException || failure instanceof IllegalStateException) {
      return (RuntimeException) failure;
    }
    Status status = Status.fromThrowable(failure);
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, ALREADY_EXISTS ->
          new IllegalArgumentException(fieldText(status, failure), failure);
      case UNAUTHENTICATED, PERMISSION_DENIED -> new SecurityException(text(status), failure);
      default -> new SluiceUnavailableException("Sluice gave no answer: " + text(status), failure);
    };
  }

  private static String fieldText(Status status, Throwable failure) {
    StringBuilder text = new StringBuilder(text(status));
    detail(failure, BadRequest.class, BadRequest.getDefaultInstance()).stream()
        .flatMap(detail -> detail.getFieldViolationsList().stream())
        .filter(violation -> text.indexOf(violation.getDescription()) < 0)
        .forEach(
            v -> text.append("; ").append(v.getField()).append(": ").append(v.getDescription()));
    return text.toString();
  }

  private static String text(Status status) {
    String description = status.getDescription();
    return description == null ? status.getCode().name() : description;
  }

  private static <D extends com.google.protobuf.Message> Optional<D> detail(
      Throwable failure, Class<D> type, D prototype) {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    if (status == null) {
      return Optional.empty();
    }
    return status.getDetailsList().stream()
        .filter(any -> any.is(type))
        .findFirst()
        .flatMap(
            any -> {
              try {
                return Optional.of(
                    type.cast(prototype.getParserForType().parseFrom(any.getValue())));
              } catch (InvalidProtocolBufferException unreadable) {
                return Optional.empty();
              }
            });
  }
}
