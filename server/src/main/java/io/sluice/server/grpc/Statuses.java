package io.sluice.server.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.proto.v1.SessionError;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Errors with their details, as google.rpc has them. */
final class Statuses {
  private static final String DOMAIN = "sluice";

  private Statuses() {}

  /** INVALID_ARGUMENT with the field in a BadRequest. */
  static StatusRuntimeException invalid(InvalidArgumentException e) {
    BadRequest details =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField(e.field())
                    .setDescription(e.getMessage()))
            .build();
    return status(Code.INVALID_ARGUMENT, String.valueOf(e.getMessage()), Any.pack(details));
  }

  static StatusRuntimeException conflict(Decision.Conflict conflict) {
    Decision.Existing existing = conflict.existing();
    if (existing == null) {
      return status(
          Code.ALREADY_EXISTS,
          "request_id " + conflict.requestId() + " was used before with another body",
          info("REQUEST_ID_REUSED"));
    }
    return status(
        Code.ALREADY_EXISTS,
        "the same work was asked for with other arguments: " + differences(existing),
        Any.pack(ToWire.existing(existing)));
  }

  private static String differences(Decision.Existing existing) {
    return existing.differences().stream()
        .map(
            difference ->
                difference.field()
                    + " was "
                    + (difference.existing() == null ? "absent" : difference.existing())
                    + " and is "
                    + (difference.asked() == null ? "absent" : difference.asked()))
        .collect(Collectors.joining(", "));
  }

  static StatusRuntimeException notFound(String what, String name) {
    return status(Code.NOT_FOUND, "no " + what + " " + name, info("NOT_FOUND"));
  }

  static StatusRuntimeException precondition(String message) {
    return status(Code.FAILED_PRECONDITION, message, info("FAILED_PRECONDITION"));
  }

  /** UNAVAILABLE with a RetryInfo: what was asked was done, perhaps, but is not promised. */
  static StatusRuntimeException unavailable(String message) {
    RetryInfo retry =
        RetryInfo.newBuilder().setRetryDelay(Durations.of(TimeUnit.SECONDS.toNanos(1))).build();
    return status(Code.UNAVAILABLE, message, Any.pack(retry));
  }

  /** CANCELLED: its caller gave it up. */
  static StatusRuntimeException cancelled() {
    return status(Code.CANCELLED, "its caller gave it up", info("CANCELLED"));
  }

  /** RESOURCE_EXHAUSTED: the server protects itself. */
  static StatusRuntimeException exhausted(String message) {
    return status(Code.RESOURCE_EXHAUSTED, message, info("RESOURCE_EXHAUSTED"));
  }

  /** The same within a session. */
  static SessionError error(StatusRuntimeException failure) {
    com.google.rpc.Status status = StatusProto.fromThrowable(failure);
    return SessionError.newBuilder()
        .setCode(status.getCode())
        .setMessage(status.getMessage())
        .addAllDetails(status.getDetailsList())
        .build();
  }

  private static StatusRuntimeException status(Code code, String message, Any details) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.getNumber())
            .setMessage(message)
            .addDetails(details)
            .build());
  }

  private static Any info(String reason) {
    return Any.pack(ErrorInfo.newBuilder().setDomain(DOMAIN).setReason(reason).build());
  }
}
