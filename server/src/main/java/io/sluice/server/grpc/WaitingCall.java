package io.sluice.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LeaseState;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.ResumeResponse;
import io.sluice.server.driver.Asked;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One Acquire or Resume call. It is answered once, from any thread. If it ends in any other way
 * than with its answer handed to the transport, whatever was granted goes back.
 *
 * @param <T> the answer
 */
final class WaitingCall<T> {
  private final ServerCallStreamObserver<T> observer;
  private final Form<T> form;
  private final DoubleSupplier jitter;
  private final AtomicReference<@Nullable Asked> asked = new AtomicReference<>();
  private volatile boolean cancelled;

  WaitingCall(ServerCallStreamObserver<T> observer, Form<T> form, DoubleSupplier jitter) {
    this.observer = observer;
    this.form = form;
    this.jitter = jitter;
  }

  /** Asks, by telling where the decision goes. */
  void start(Function<Consumer<Decision>, Asked> ask) {
    observer.setOnCancelHandler(this::cancelled);
    asked.set(ask.apply(this::decided));
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
      answer(form.granted(ToWire.grant(granted)));
    } else if (decision instanceof Decision.Denied denied) {
      answer(form.denied(ToWire.denial(denied, jitter.getAsDouble())));
    } else if (decision instanceof Decision.Conflict conflict) {
      observer.onError(Statuses.conflict(conflict));
    } else if (decision instanceof Decision.Invalid invalid) {
      observer.onError(Statuses.invalid(invalid.error()));
    } else if (decision instanceof Decision.Lost lost) {
      LeaseState state = lost.state();
      if (state == null) {
        observer.onError(Statuses.notFound("lease", "of that id"));
      } else {
        answer(form.lost(ToWire.leaseState(state)));
      }
    }
  }

  private void answer(T response) {
    // With a cancel handler set, writing to a cancelled call does nothing, and the handler gives
    // back.
    observer.onNext(response);
    observer.onCompleted();
  }

  /**
   * How an answer is written.
   *
   * @param <T> the answer
   */
  interface Form<T> {
    /** Acquires are granted or denied. */
    Form<AcquireResponse> ACQUIRE =
        new Form<>() {
          @Override
          public AcquireResponse granted(Grant grant) {
            return AcquireResponse.newBuilder().setGrant(grant).build();
          }

          @Override
          public AcquireResponse denied(Denial denial) {
            return AcquireResponse.newBuilder().setDenial(denial).build();
          }

          @Override
          public AcquireResponse lost(io.sluice.proto.v1.LeaseState state) {
            throw new IllegalStateException("an acquire has no lease to lose but it is " + state);
          }
        };

    /** What is to be resumed may have ended. */
    Form<ResumeResponse> RESUME =
        new Form<>() {
          @Override
          public ResumeResponse granted(Grant grant) {
            return ResumeResponse.newBuilder().setGrant(grant).build();
          }

          @Override
          public ResumeResponse denied(Denial denial) {
            return ResumeResponse.newBuilder().setDenial(denial).build();
          }

          @Override
          public ResumeResponse lost(io.sluice.proto.v1.LeaseState state) {
            return ResumeResponse.newBuilder().setLost(state).build();
          }
        };

    /** Go. */
    T granted(Grant grant);

    /** Do not go. */
    T denied(Denial denial);

    /** The lease is not there any more. */
    T lost(io.sluice.proto.v1.LeaseState state);
  }
}
