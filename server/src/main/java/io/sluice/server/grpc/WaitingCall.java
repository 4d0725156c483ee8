package io.sluice.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.server.driver.Asked;
import io.sluice.server.driver.EngineDriver;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One Acquire call. It is answered once, from any thread. If it ends in any other way than with its
 * answer handed to the transport, whatever was granted goes back.
 */
final class AcquireCall {
  private final ServerCallStreamObserver<AcquireResponse> observer;
  private final DoubleSupplier jitter;
  private final AtomicReference<@Nullable Asked> asked = new AtomicReference<>();
  private volatile boolean cancelled;

  AcquireCall(ServerCallStreamObserver<AcquireResponse> observer, DoubleSupplier jitter) {
    this.observer = observer;
    this.jitter = jitter;
  }

  void start(EngineDriver driver, Acquire acquire) {
    observer.setOnCancelHandler(this::cancelled);
    asked.set(driver.acquire(acquire, this::decided));
    if (cancelled) {
      giveBack(); // the call was cancelled between the two lines above
    }
  }

  private void cancelled() {
    cancelled = true;
    giveBack();
  }

  private void giveBack() {
    Asked toCancel = asked.get();
    if (toCancel != null) {
      toCancel.cancel();
    }
  }

  private void decided(Decision decision) {
    if (decision instanceof Decision.Granted granted) {
      answer(ToWire.granted(granted));
    } else if (decision instanceof Decision.Denied denied) {
      answer(ToWire.denied(denied, jitter.getAsDouble()));
    } else if (decision instanceof Decision.Conflict conflict) {
      observer.onError(Statuses.conflict(conflict));
    } else if (decision instanceof Decision.Invalid invalid) {
      observer.onError(Statuses.invalid(invalid.error()));
    }
  }

  private void answer(AcquireResponse response) {
    // With a cancel handler set, writing to a cancelled call does nothing, and the handler gives
    // back.
    observer.onNext(response);
    observer.onCompleted();
  }
}
