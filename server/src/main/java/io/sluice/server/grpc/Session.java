package io.sluice.server.grpc;

import io.grpc.StatusRuntimeException;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ProviderHint;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Report;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.SessionAcquire;
import io.sluice.proto.v1.SessionPart;
import io.sluice.proto.v1.SessionReleased;
import io.sluice.proto.v1.SessionRenewed;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionShape;
import io.sluice.server.driver.EngineDriver;
import io.sluice.server.driver.Told;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's session: does what its messages say, each in one step, whichever stream brings them.
 * Calls come from one thread at a time, which {@link SessionStream} sees to; answers go to the
 * outbox.
 */
final class Session {
  private static final int MAX_SHAPES = 4096;
  private static final int MAX_ACQUIRES = 4096;

  private static final Told<List<ReleaseStatus>> NOBODY =
      new Told<>() {
        @Override
        public void done(List<ReleaseStatus> statuses) {}

        @Override
        public void lost(String problem) {} // they end with their time to live
      };

  private final String id;
  private final String clientId;
  private final EngineDriver driver;
  private final OutcomesFromWire outcomes;
  private final SessionOutbox outbox;
  private final Map<Integer, AcquireTemplate> shapes = new HashMap<>();
  private final Map<Integer, InvalidArgumentException> wrongShapes = new HashMap<>();

  Session(
      String id,
      String clientId,
      EngineDriver driver,
      OutcomesFromWire outcomes,
      SessionOutbox outbox) {
    this.id = id;
    this.clientId = clientId;
    this.driver = driver;
    this.outcomes = outcomes;
    this.outbox = outbox;
  }

  String id() {
    return id;
  }

  String clientId() {
    return clientId;
  }

  SessionOutbox outbox() {
    return outbox;
  }

  /** Returns whether a message is counted: whether it says anything that is to be done. */
  static boolean isCounted(SessionRequest message) {
    return message.getCallsCount() > 0
        || message.getAcquiresCount() > 0
        || message.hasRelease()
        || message.hasRenew()
        || message.hasReport()
        || message.getShapesCount() > 0
        || message.getCancelsCount() > 0
        || message.getGoodbye();
  }

  /**
   * Does what a message says.
   *
   * @throws InvalidArgumentException if it is wrong as such; nothing is done then
   */
  void receive(SessionRequest message) {
    check(message);
    long number = outbox.receive();
    driver.together(
        () -> {
          if (message.hasRelease()) {
            release(message.getRelease(), number);
          }
          if (message.hasRenew()) {
            renew(message.getRenew(), number);
          }
          if (message.hasReport()) {
            part(
                number,
                SessionPart.SESSION_PART_REPORT,
                () -> {
                  List<Report> reports = outcomes.reports(message.getReport());
                  driver.report(reports);
                });
          }
          message.getCancelsList().forEach(this::cancel);
          for (SessionShape shape : message.getShapesList()) {
            shape(shape);
          }
          acquire(message);
        });
  }

  /** Gives back what waits, and what the client does not have for sure. */
  void drop() {
    giveBack(outbox.close());
  }

  /** Gives back everything: also what it holds, as abandoned. */
  void goodbye() {
    List<Release> held =
        outbox.leases().stream()
            .map(
                lease ->
                    new Release(
                        lease, Outcome.ABANDONED, -1, "", Release.NOT_TOLD, ProviderHint.NONE))
            .toList();
    giveBack(outbox.close());
    driver.release(held, NOBODY);
  }

  private void giveBack(List<SessionCall> calls) {
    driver.together(() -> calls.forEach(SessionCall::giveBack));
  }

  private static void check(SessionRequest message) {
    int calls = message.getCallsCount();
    if (calls != message.getCallShapesCount()) {
      throw new InvalidArgumentException(
          "call_shapes",
          "must have as many entries as calls, "
              + calls
              + ", but had "
              + message.getCallShapesCount());
    }
    if (calls + message.getAcquiresCount() > MAX_ACQUIRES) {
      throw new InvalidArgumentException(
          "calls",
          "and acquires must have at most "
              + MAX_ACQUIRES
              + " entries but had "
              + (calls + message.getAcquiresCount()));
    }
    for (SessionShape shape : message.getShapesList()) {
      if (shape.getNumber() < 1 || shape.getNumber() > MAX_SHAPES) {
        throw new InvalidArgumentException(
            "shapes.number", "must be in [1, " + MAX_SHAPES + "] but was " + shape.getNumber());
      }
    }
  }

  private void shape(SessionShape wire) {
    wrongShapes.remove(wire.getNumber());
    shapes.remove(wire.getNumber());
    try {
      shapes.put(wire.getNumber(), new AcquireTemplate(read(wire.getAcquire())));
    } catch (InvalidArgumentException e) {
      wrongShapes.put(wire.getNumber(), e); // who asks for it is told
    }
  }

  private void acquire(SessionRequest message) {
    for (int i = 0; i < message.getCallsCount(); i++) {
      long call = message.getCalls(i);
      try {
        AcquireTemplate shape = shape(message.getCallShapes(i));
        ask(call, shape, shape.again(id, call));
      } catch (InvalidArgumentException e) {
        outbox.failed(call, Statuses.error(Statuses.invalid(e)));
      }
    }
    for (SessionAcquire acquire : message.getAcquiresList()) {
      try {
        acquire(acquire);
      } catch (InvalidArgumentException e) {
        outbox.failed(acquire.getCall(), Statuses.error(Statuses.invalid(e)));
      }
    }
  }

  private void acquire(SessionAcquire wire) {
    boolean shaped = wire.getShape() != 0;
    AcquireTemplate template =
        shaped ? shape(wire.getShape()) : new AcquireTemplate(read(wire.getAcquire()));
    ask(wire.getCall(), shaped ? template : null, template.again(id, wire));
  }

  private void ask(long number, @Nullable AcquireTemplate template, Acquire acquire) {
    SessionCall call = new SessionCall(number, template, outbox);
    call.asked(driver.acquire(acquire, call));
    outbox.waits(call);
  }

  private AcquireTemplate shape(int number) {
    AcquireTemplate shape = shapes.get(number);
    if (shape != null) {
      return shape;
    }
    InvalidArgumentException wrong = wrongShapes.get(number);
    throw wrong != null
        ? wrong
        : new InvalidArgumentException(
            "shape", "must be one that the session was told but was " + number);
  }

  private Acquire read(AcquireRequest request) {
    requireEmpty("client_id", request.getClientId(), "the whole session has that of its open");
    requireEmpty("request_id", request.getRequestId(), "it is told beside the acquire");
    return FromWire.acquire(request, clientId, "", Long.MAX_VALUE);
  }

  private static void requireEmpty(String field, String value, String because) {
    if (!value.isEmpty()) {
      throw new InvalidArgumentException(field, "must be empty, because " + because);
    }
  }

  private void cancel(long number) {
    SessionCall call = outbox.giveUp(number);
    if (call == null) {
      return;
    }
    call.giveBack();
    if (!call.granted) {
      outbox.failed(number, Statuses.error(Statuses.cancelled()));
    }
  }

  private void release(ReleaseRequest request, long message) {
    part(
        message,
        SessionPart.SESSION_PART_RELEASE,
        () -> {
          List<Release> releases = outcomes.releases(request);
          driver.release(
              releases,
              told(
                  message,
                  SessionPart.SESSION_PART_RELEASE,
                  statuses -> {
                    SessionReleased.Builder answer =
                        SessionReleased.newBuilder().setMessage(message);
                    statuses.forEach(status -> answer.addStatuses(ToWire.releaseStatus(status)));
                    outbox.released(answer.build(), releases);
                  }));
        });
  }

  private void renew(RenewRequest request, long message) {
    part(
        message,
        SessionPart.SESSION_PART_RENEW,
        () -> {
          List<LeaseId> ids = FromWire.renewed(request);
          long ttl = request.hasTtl() ? FromWire.ttl(request.getTtl()) : 0;
          driver.renew(
              ids,
              ttl,
              told(
                  message,
                  SessionPart.SESSION_PART_RENEW,
                  renewals -> {
                    SessionRenewed.Builder answer = SessionRenewed.newBuilder().setMessage(message);
                    for (int i = 0; i < renewals.size(); i++) {
                      answer.addResults(ToWire.renewal(ids.get(i), renewals.get(i)));
                    }
                    outbox.renewed(answer.build());
                  }));
        });
  }

  private void part(long message, SessionPart part, Runnable work) {
    try {
      work.run();
    } catch (InvalidArgumentException e) {
      refuse(message, part, Statuses.invalid(e));
    }
  }

  private void refuse(long message, SessionPart part, StatusRuntimeException why) {
    outbox.refused(message, part, Statuses.error(why));
  }

  private <T> Told<T> told(long message, SessionPart part, Consumer<T> done) {
    return new Told<>() {
      @Override
      public void done(T what) {
        done.accept(what);
      }

      @Override
      public void lost(String problem) {
        refuse(message, part, Statuses.unavailable(problem));
      }
    };
  }
}
