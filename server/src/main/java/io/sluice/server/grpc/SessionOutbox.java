package io.sluice.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LimitState;
import io.sluice.engine.model.Release;
import io.sluice.proto.v1.SessionAnswer;
import io.sluice.proto.v1.SessionError;
import io.sluice.proto.v1.SessionPart;
import io.sluice.proto.v1.SessionRefused;
import io.sluice.proto.v1.SessionReleased;
import io.sluice.proto.v1.SessionRenewed;
import io.sluice.proto.v1.SessionResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a session has to tell its client: gathered into messages, written while the client reads,
 * and kept until the client says that it has it. Thread-safe.
 *
 * <p>A message is sealed when it is written, or when it is full; then it has its number. What is
 * kept is bounded by what the client has under way, and by {@value #MAX_KEPT_BYTES} bytes that it
 * may leave unacknowledged.
 */
final class SessionOutbox {
  static final int MAX_KEPT_BYTES = 4 << 20;
  private static final int MAX_ANSWERS = 256;

  private final DoubleSupplier jitter;
  private final Consumer<SessionOutbox> touched;
  private final SessionRoutes routes = new SessionRoutes();
  private final Map<Long, SessionCall> waiting = new HashMap<>();
  private final Set<LeaseId> leases = new LinkedHashSet<>();

  // What is being gathered.
  private SessionResponse.Builder open = SessionResponse.newBuilder();
  private List<SessionCall> openGrants = new ArrayList<>();
  private int openAnswers;
  private boolean isTouched;

  private final Deque<Sealed> unwritten = new ArrayDeque<>();
  private final Deque<Sealed> written = new ArrayDeque<>();
  private @Nullable ServerCallStreamObserver<SessionResponse> stream;
  private long sealed;
  private long acknowledged;
  private long keptBytes;
  private long received;
  private boolean receiptDue;
  private boolean wasBlocked;
  private boolean closed;

  /**
   * Creates an empty outbox, which is not connected.
   *
   * @param jitter from 0 to 1, spreads the times told to come back
   * @param touched told when there is something to flush, until it is flushed
   */
  SessionOutbox(DoubleSupplier jitter, Consumer<SessionOutbox> touched) {
    this.jitter = jitter;
    this.touched = touched;
  }

  /** Writes to a stream from now on, beginning with what its client has not received. */
  synchronized void connect(ServerCallStreamObserver<SessionResponse> to) {
    while (!written.isEmpty()) {
      unwritten.addFirst(written.removeLast());
    }
    stream = to;
  }

  synchronized void disconnect() {
    stream = null;
  }

  /** Returns how many messages of the client there were. */
  synchronized long received() {
    return received;
  }

  /** Notes another message of the client, which is to be acknowledged. */
  synchronized long receive() {
    receiptDue = true;
    return ++received;
  }

  /** Forgets what the client has. */
  synchronized void acknowledge(long number) {
    if (number > sealed) {
      throw new InvalidArgumentException(
          "received", "must be at most " + sealed + ", as many as were sent, but was " + number);
    }
    boolean leases = false;
    while (!written.isEmpty() && written.peekFirst().number <= number) {
      Sealed done = written.removeFirst();
      keptBytes -= done.bytes;
      leases |= done.grants.stream().anyMatch(call -> call.leased);
    }
    if (number > acknowledged) {
      acknowledged = number;
      receiptDue |= leases; // the client relies on its leases only once it knows
    }
  }

  /** Returns whether the client leaves too much unacknowledged. */
  synchronized boolean isOverfull() {
    return keptBytes > MAX_KEPT_BYTES;
  }

  /** Returns whether there is more to write than the client reads. */
  synchronized boolean isBlocked() {
    ServerCallStreamObserver<SessionResponse> to = stream;
    return to != null && !unwritten.isEmpty() && !to.isReady();
  }

  /** The same, as it was the last time when this was asked, with nothing written since. */
  synchronized boolean isStillBlocked() {
    boolean still = wasBlocked && isBlocked();
    wasBlocked = isBlocked();
    return still;
  }

  /** Notes a call that was asked for, unless it is answered already. */
  synchronized void waits(SessionCall call) {
    if (!call.over) {
      waiting.put(call.number, call);
    }
  }

  /** Answers a call. */
  synchronized void decided(SessionCall call, Decision decision) {
    if (call.over) {
      return;
    }
    over(call);
    if (decision instanceof Decision.Granted granted) {
      granted(call, granted);
    } else if (decision instanceof Decision.Denied denied) {
      answer(answerTo(call).setDenial(ToWire.denial(denied, jitter.getAsDouble())));
    } else if (decision instanceof Decision.Conflict conflict) {
      answer(answerTo(call).setError(Statuses.error(Statuses.conflict(conflict))));
    } else if (decision instanceof Decision.Invalid invalid) {
      answer(answerTo(call).setError(Statuses.error(Statuses.invalid(invalid.error()))));
    } else {
      throw new IllegalStateException("an acquire was answered " + decision);
    }
  }

  /** Answers a call with an error. */
  synchronized void failed(long call, SessionError error) {
    answer(SessionAnswer.newBuilder().setCall(call).setError(error));
  }

  /** Answers the releases of a message. */
  synchronized void released(SessionReleased statuses, List<Release> releases) {
    releases.forEach(release -> leases.remove(release.leaseId()));
    open.addReleased(statuses);
    answered();
  }

  /** Answers the renewals of a message. */
  synchronized void renewed(SessionRenewed results) {
    open.addRenewed(results);
    answered();
  }

  /** Says that a part of a message was refused. */
  synchronized void refused(long message, SessionPart part, SessionError error) {
    open.addRefused(SessionRefused.newBuilder().setMessage(message).setPart(part).setError(error));
    answered();
  }

  /** Says that a lease has ended without the client's doing. */
  synchronized void lost(LeaseId lease) {
    if (leases.remove(lease)) {
      open.addLost(lease.toString());
      answered();
    }
  }

  /** Returns the leases of the session that have not ended. */
  synchronized List<LeaseId> leases() {
    return List.copyOf(leases);
  }

  /** Says that the server is about to shut down. */
  synchronized void draining() {
    open.setDraining(true);
    answered();
  }

  /**
   * Takes a call out that its caller gave up: one that waits, or one whose grant the client does
   * not have for sure. Returns it; null if there is none.
   */
  synchronized @Nullable SessionCall giveUp(long number) {
    SessionCall call = waiting.get(number);
    if (call != null) {
      over(call);
      return call;
    }
    for (Deque<Sealed> messages : List.of(written, unwritten)) {
      for (Sealed message : messages) {
        SessionCall granted = find(message.grants, number);
        if (granted != null) {
          return granted;
        }
      }
    }
    return find(openGrants, number);
  }

  /**
   * Ends it: nothing is answered any more. Returns the calls of which something has to be given
   * back: those that wait, and those whose leases the client does not have for sure. What was spent
   * without a lease stays spent, because the client may have used it.
   */
  synchronized List<SessionCall> close() {
    closed = true;
    List<SessionCall> loose = new ArrayList<>(waiting.values());
    loose.forEach(call -> call.over = true);
    waiting.clear();
    written.forEach(message -> loose.addAll(message.grants));
    unwritten.forEach(message -> loose.addAll(message.grants));
    loose.addAll(openGrants);
    loose.removeIf(call -> call.granted && !call.leased);
    written.clear();
    unwritten.clear();
    openGrants = new ArrayList<>();
    open = SessionResponse.newBuilder();
    stream = null;
    return loose;
  }

  /** Writes what there is, while the client reads. */
  synchronized void flush() {
    isTouched = false;
    ServerCallStreamObserver<SessionResponse> to = stream;
    if (to == null || closed) {
      return;
    }
    while (to.isReady() && !unwritten.isEmpty()) {
      write(to, unwritten.removeFirst());
    }
    if (to.isReady() && openAnswers > 0) {
      seal();
      write(to, unwritten.removeFirst());
    }
    if (to.isReady() && receiptDue) {
      receiptDue = false;
      to.onNext(
          SessionResponse.newBuilder().setReceived(received).setAcknowledged(acknowledged).build());
    }
  }

  private void write(ServerCallStreamObserver<SessionResponse> to, Sealed message) {
    to.onNext(message.response);
    wasBlocked = false;
    written.addLast(message);
  }

  private void granted(SessionCall call, Decision.Granted granted) {
    AcquireTemplate template = call.template;
    if (template != null) {
      template.granted(granted);
    }
    call.granted = true;
    LeaseId lease = granted.leaseId();
    if (lease != null) {
      call.leased = true;
      leases.add(lease);
    }
    openGrants.add(call);
    if (call.leased || granted.waitedNanos() > 0 || granted.replayed()) {
      answer(answerTo(call).setGrant(ToWire.grant(granted)));
      return;
    }
    int route = template == null ? 0 : template.route(granted);
    if (route == 0) {
      route = routes.number(granted);
      if (route < 0) {
        route = -route;
        open.addRoutes(SessionRoutes.toWire(route, granted));
      }
      if (template != null) {
        template.routed(granted, route);
      }
    }
    open.addGranted(call.number).addGrantedRoutes(route);
    List<LimitState> states = granted.states();
    for (int i = 0; i < states.size(); i++) {
      open.addRemaining(states.get(i).remaining());
    }
    answered();
  }

  private static SessionAnswer.Builder answerTo(SessionCall call) {
    return SessionAnswer.newBuilder().setCall(call.number);
  }

  private void answer(SessionAnswer.Builder answer) {
    open.addAnswers(answer);
    answered();
  }

  private void answered() {
    if (++openAnswers >= MAX_ANSWERS) {
      seal();
    }
    if (!isTouched) {
      isTouched = true;
      touched.accept(this);
    }
  }

  private void over(SessionCall call) {
    call.over = true;
    waiting.remove(call.number);
  }

  private void seal() {
    receiptDue = false;
    SessionResponse response = open.setReceived(received).setAcknowledged(acknowledged).build();
    Sealed message = new Sealed(++sealed, response, openGrants, response.getSerializedSize());
    unwritten.addLast(message);
    keptBytes += message.bytes;
    open = SessionResponse.newBuilder();
    openGrants = new ArrayList<>();
    openAnswers = 0;
  }

  private static @Nullable SessionCall find(List<SessionCall> calls, long number) {
    for (SessionCall call : calls) {
      if (call.number == number) {
        return call;
      }
    }
    return null;
  }

  /**
   * A message with its number.
   *
   * @param grants that it tells
   */
  private record Sealed(
      long number, SessionResponse response, List<SessionCall> grants, int bytes) {}
}
