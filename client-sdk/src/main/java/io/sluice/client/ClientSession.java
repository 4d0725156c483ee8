package io.sluice.client;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.sluice.client.Time.Timer;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResult;
import io.sluice.proto.v1.SessionAcquire;
import io.sluice.proto.v1.SessionAnswer;
import io.sluice.proto.v1.SessionError;
import io.sluice.proto.v1.SessionOpen;
import io.sluice.proto.v1.SessionPart;
import io.sluice.proto.v1.SessionRefused;
import io.sluice.proto.v1.SessionReleased;
import io.sluice.proto.v1.SessionRenewed;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.proto.v1.SessionResponse;
import io.sluice.proto.v1.SessionRoute;
import io.sluice.proto.v1.SessionShape;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of its session: finds the caller of each answer, and outlives the streams that
 * carry it.
 *
 * <p>Callers add to the message that is being gathered, which goes as soon as few enough are under
 * way: a lone call goes at once, and many go together. What a message says is kept until the server
 * has it, and sent again when a stream breaks; when the server has forgotten the session, what is
 * not answered is asked for anew, and what is held is presented.
 *
 * <p>Thread-safe. One lock, within which nothing blocks and nobody is called; bounded by the places
 * of the {@link LeaseDesk}.
 */
final class ClientSession implements SessionStream.Listener, AutoCloseable {
  private static final Grant LIMITED = Grant.newBuilder().setLimited(true).build();
  private static final Grant UNLIMITED = Grant.getDefaultInstance();
  private static final int MAX_UNTOLD_RECEIPTS = 32;
  private static final long LONGEST_TICK_NANOS = Duration.ofMillis(100).toNanos();

  /** What becomes of a session without a stream; a server that keeps it longer loses nothing. */
  private static final long FORGET_NANOS = Duration.ofSeconds(10).toNanos();

  private enum Phase {
    /** Nothing is to be done, and nothing is connected. */
    IDLE,
    /** A stream was begun. */
    OPENING,
    /** Messages go both ways. */
    OPEN,
    /** The next stream is begun in a while. */
    BROKEN,
    /** For ever. */
    CLOSED
  }

  private final String id;
  private final Transport transport;
  private final Time time;
  private final RetryPolicy policy;
  private final Settings settings;
  private final SessionFront front;

  /** How long one of the attempts may go without any answer. */
  private final long patienceNanos;

  private final AtomicBoolean pumpDue = new AtomicBoolean();

  // All below is guarded by this.
  private final CallTable calls = new CallTable();
  private final Shapes shapes = new Shapes();
  private final Map<Integer, SessionRoute> routes = new HashMap<>();
  private final Set<Releasing> releases = new LinkedHashSet<>();
  private final Set<Renewing> renewals = new LinkedHashSet<>();
  private final SessionMail mail = new SessionMail();
  private final Deque<Unconfirmed> unconfirmed = new ArrayDeque<>();
  private Phase phase = Phase.IDLE;
  private @Nullable SessionStream stream;
  private @Nullable Timer tick;
  private boolean opened; // there was a session before
  private boolean known; // the server may still know it
  private boolean sending;
  private boolean receiptDue;
  private long received;
  private long receivedTold;
  private Duration confirmWithin = Duration.ZERO;
  private int failures;
  private long phaseSinceNanos;
  private long apartSinceNanos;

  ClientSession(
      String id,
      Transport transport,
      Time time,
      RetryPolicy policy,
      Settings settings,
      SessionFront front) {
    this.id = id;
    this.transport = transport;
    this.time = time;
    this.policy = policy;
    this.settings = settings;
    this.front = front;
    this.patienceNanos = Math.max(1, settings.timeout().toNanos() / policy.maxAttempts());
  }

  /** Asks; the front is told what comes of it, unless it is given up. */
  void acquire(Acquiring<?> call) {
    synchronized (this) {
      long now = time.nanoTime();
      call.number = calls.add(call);
      call.identity = call.number;
      call.sentNanos = now;
      call.deadlineNanos = now + waitNanos(call) + settings.timeout().toNanos();
      if (known) {
        ask(call);
      }
      beginLocked();
    }
    pumpSoon();
  }

  /** Takes back what was asked for; false if it is answered, or was given up before. */
  boolean giveUp(Acquiring<?> call) {
    synchronized (this) {
      if (call.givenUp || calls.get(call.number) != call) {
        return false;
      }
      giveUpLocked(call);
    }
    pumpSoon();
    return true;
  }

  /** Gives leases back; each completes when that is answered. */
  List<CompletableFuture<Void>> release(List<Release> all) {
    List<CompletableFuture<Void>> done = new ArrayList<>(all.size());
    synchronized (this) {
      for (Release release : all) {
        Releasing releasing = new Releasing(release);
        done.add(releasing.done());
        if (phase == Phase.CLOSED) {
          releasing.done().completeExceptionally(closed());
          continue;
        }
        releasing.deadlineNanos = time.nanoTime() + settings.timeout().toNanos();
        releases.add(releasing);
        if (known) {
          mail.batch().release(releasing);
        }
      }
      if (phase != Phase.CLOSED) {
        beginLocked();
      }
    }
    pumpSoon();
    return done;
  }

  /** Renews leases; fails when there is no answer in time. */
  CompletableFuture<List<RenewResult>> renew(List<String> leaseIds, long timeoutNanos) {
    Renewing renewing =
        new Renewing(
            RenewRequest.newBuilder().addAllLeaseIds(leaseIds).build(),
            time.nanoTime() + timeoutNanos,
            new CompletableFuture<>());
    synchronized (this) {
      if (phase == Phase.CLOSED) {
        return CompletableFuture.failedFuture(closed());
      }
      renewals.add(renewing);
      if (known) {
        mail.newBatch().renew(renewing);
      }
      beginLocked();
    }
    pumpSoon();
    return renewing.done();
  }

  /** Returns what is asked for and not answered. */
  synchronized List<Acquiring<?>> acquires() {
    return calls.all().stream().filter(call -> !call.givenUp).toList();
  }

  /** Returns what is given back and not answered. */
  synchronized List<CompletableFuture<Void>> releases() {
    return releases.stream().map(Releasing::done).toList();
  }

  /** Ends the session; what is not answered fails. */
  @Override
  public void close() {
    List<Runnable> told = new ArrayList<>();
    SessionStream last;
    synchronized (this) {
      last = stream;
      stream = null;
      if (tick != null) {
        tick.cancel();
      }
      failAllLocked(closed(), told);
      enterLocked(Phase.CLOSED);
    }
    told.forEach(Runnable::run);
    if (last != null) {
      last.finish();
    }
  }

  @Override
  public void message(SessionStream from, SessionResponse message) {
    List<Runnable> told = new ArrayList<>(message.getGrantedCount() + message.getAnswersCount());
    synchronized (this) {
      if (from != stream) {
        return;
      }
      mail.acknowledge(message.getReceived());
      if (message.hasOpened()) {
        openedLocked(message, told);
      } else if (isCounted(message)) {
        received++;
        receiptDue |= received - receivedTold >= MAX_UNTOLD_RECEIPTS;
        answeredLocked(message, told);
      }
      confirmLocked(message.getAcknowledged());
    }
    told.forEach(Runnable::run);
    pump();
  }

  @Override
  public void broken(SessionStream from, Status why) {
    List<Runnable> told = new ArrayList<>();
    synchronized (this) {
      if (from == stream) {
        stream = null;
        brokenLocked(why.asRuntimeException(), told);
      }
    }
    told.forEach(Runnable::run);
  }

  // --- The stream.

  /** Begins a stream unless there is one, and the ticks. */
  private void beginLocked() {
    if (phase == Phase.IDLE) {
      apartSinceNanos = time.nanoTime();
      openLocked();
    }
    if (tick == null) {
      tick = time.schedule(this::tick, Math.min(LONGEST_TICK_NANOS, patienceNanos));
    }
  }

  private void openLocked() {
    enterLocked(Phase.OPENING);
    SessionStream begun = SessionStream.begin(transport.channel(), this);
    stream = begun;
    begun.send(
        SessionRequest.newBuilder()
            .setOpen(
                SessionOpen.newBuilder()
                    .setSessionId(id)
                    .setClientId(settings.clientId())
                    .setResume(known))
            .setReceived(received)
            .build());
  }

  private void reopen() {
    synchronized (this) {
      if (phase == Phase.BROKEN) {
        transport.reconnect();
        openLocked();
      }
    }
  }

  private void openedLocked(SessionResponse message, List<Runnable> told) {
    failures = 0;
    confirmWithin = Messages.duration(message.getOpened().getConfirmWithin());
    if (message.getOpened().getResumed() && known) {
      mail.sendAgain();
    } else {
      forgetLocked();
      known = true;
      askAnewLocked();
      if (opened) {
        told.add(front::forgotten);
      }
    }
    opened = true;
    enterLocked(Phase.OPEN);
  }

  private void brokenLocked(StatusRuntimeException why, List<Runnable> told) {
    if (phase == Phase.OPEN) {
      apartSinceNanos = time.nanoTime();
    }
    failures++;
    if (!isPassing(why.getStatus())) {
      forgetLocked();
      failAllLocked(why, told);
    } else if (failures >= policy.maxAttempts()) {
      failLocked(call -> waitNanos(call) == 0, why, told);
    }
    boolean idle = calls.size() == 0 && releases.isEmpty() && renewals.isEmpty();
    if (idle && !front.isHolding()) {
      forgetLocked();
      enterLocked(Phase.IDLE);
    } else {
      enterLocked(Phase.BROKEN);
      time.schedule(this::reopen, policy.delayNanos(failures));
    }
  }

  private void enterLocked(Phase next) {
    phase = next;
    phaseSinceNanos = time.nanoTime();
  }

  /** Begins to count anew; what is to be sent is known from what is not answered. */
  private void forgetLocked() {
    known = false;
    mail.clear();
    shapes.forgetTold();
    routes.clear();
    received = 0;
    receivedTold = 0;
    receiptDue = false;
  }

  /** Sends what there is, soon, so that what comes meanwhile goes along. */
  private void pumpSoon() {
    if (pumpDue.compareAndSet(false, true)) {
      transport.execute(
          () -> {
            pumpDue.set(false);
            pump();
          });
    }
  }

  /** Sends what there is, in order, one thread at a time. */
  private void pump() {
    while (true) {
      SessionRequest next;
      SessionStream to;
      synchronized (this) {
        to = stream;
        if (sending || phase != Phase.OPEN || to == null) {
          return;
        }
        next = mail.next(received, time.nanoTime());
        if (next == null && receiptDue) {
          next = SessionRequest.newBuilder().setReceived(received).build();
        }
        if (next == null) {
          return;
        }
        sending = true;
        // A message that is sent again acknowledges what had come when it was sent first.
        receivedTold = Math.max(receivedTold, next.getReceived());
        receiptDue &= receivedTold < received;
      }
      to.send(next);
      synchronized (this) {
        sending = false;
      }
    }
  }

  // --- What is asked.

  private void ask(Acquiring<?> call) {
    boolean again = call.asked;
    call.asked = true;
    Acquisition acquisition = call.acquisition();
    Shapes.Shape shape = acquisition.shape(shapes);
    if (shape.isNews()) {
      Batch batch = shape.isRenumbered() ? mail.newBatch() : mail.batch();
      batch.shape(
          SessionShape.newBuilder().setNumber(shape.number()).setAcquire(shape.request()).build());
    }
    if (acquisition.isPlain() && !again) {
      mail.batch().acquire(call.number, shape.number());
      return;
    }
    SessionAcquire.Builder acquire =
        SessionAcquire.newBuilder()
            .setCall(call.number)
            .setShape(shape.number())
            .setPermits(acquisition.permits());
    if (!acquisition.requestId().isEmpty()) {
      acquire.setRequestId(acquisition.requestId());
    } else if (call.identity != call.number) {
      acquire.setRequestId(id + "/" + call.identity);
    }
    if (again && waitNanos(call) > 0) {
      long left = call.deadlineNanos - settings.timeout().toNanos() - call.sentNanos;
      acquire.setMaxWait(Messages.duration(Duration.ofNanos(Math.max(0, left))));
    }
    mail.batch().acquire(acquire.build());
  }

  /** Asks for everything that is not answered, of a server that knows nothing of it. */
  private void askAnewLocked() {
    long now = time.nanoTime();
    List<Acquiring<?>> all = new ArrayList<>(calls.all());
    all.sort(Comparator.comparingLong(call -> call.sentNanos - now));
    for (Acquiring<?> call : all) {
      if (call.givenUp) {
        calls.discard(call.number);
      } else {
        call.sentNanos = now;
        ask(call);
      }
    }
    releases.forEach(release -> mail.batch().release(release));
    renewals.forEach(renewal -> mail.newBatch().renew(renewal));
  }

  private void giveUpLocked(Acquiring<?> call) {
    call.givenUp = true;
    if (known) {
      mail.batch().cancel(call.number);
    } else {
      calls.discard(call.number);
    }
  }

  // --- What is answered.

  private void answeredLocked(SessionResponse message, List<Runnable> told) {
    for (SessionRoute route : message.getRoutesList()) {
      routes.put(route.getNumber(), route);
    }
    long now = time.nanoTime();
    grantedLocked(message, now, told);
    for (SessionAnswer answer : message.getAnswersList()) {
      answerLocked(answer, now, told);
    }
    for (SessionReleased released : message.getReleasedList()) {
      releasedLocked(released, told);
    }
    for (SessionRenewed renewed : message.getRenewedList()) {
      Batch batch = mail.answered(renewed.getMessage());
      Renewing renewing = batch == null ? null : batch.takeRenewing();
      if (batch != null && renewing != null && renewals.remove(renewing)) {
        told.add(() -> renewing.done().complete(renewed.getResultsList()));
      }
      mail.close(renewed.getMessage());
    }
    for (SessionRefused refused : message.getRefusedList()) {
      refusedLocked(refused, told);
    }
    if (message.getLostCount() > 0) {
      told.add(() -> front.lost(message.getLostList()));
    }
  }

  /** Answers in short: granted, and nothing owed. */
  private void grantedLocked(SessionResponse message, long now, List<Runnable> told) {
    int next = 0;
    for (int i = 0; i < message.getGrantedCount(); i++) {
      SessionRoute route =
          routes.getOrDefault(message.getGrantedRoutes(i), SessionRoute.getDefaultInstance());
      long[] left = new long[route.getLimitsCount()];
      for (int j = 0; j < left.length; j++) {
        left[j] = message.getRemaining(next++);
      }
      Acquiring<?> call = calls.remove(message.getGranted(i));
      if (call != null && !call.givenUp) {
        Grant grant = route.getLimited() ? LIMITED : UNLIMITED;
        Remaining remaining = new Remaining(route, left);
        told.add(() -> front.granted(call, grant, remaining, now, Duration.ZERO));
      }
    }
  }

  private void answerLocked(SessionAnswer answer, long now, List<Runnable> told) {
    Acquiring<?> call = calls.remove(answer.getCall());
    if (call == null || call.givenUp) {
      return; // what it got goes back
    }
    switch (answer.getResultCase()) {
      case GRANT -> {
        Duration within = confirmWithin;
        long number = received;
        told.add(
            () -> {
              Lease lease = front.granted(call, answer.getGrant(), null, now, within);
              if (!lease.id().isEmpty()) {
                confirmLater(number, lease);
              }
            });
      }
      case DENIAL -> told.add(() -> front.denied(call, answer.getDenial()));
      case ERROR -> failedLocked(call, failure(answer.getError()), told);
      case RESULT_NOT_SET ->
          told.add(
              () ->
                  front.failed(
                      call,
                      Status.INTERNAL
                          .withDescription("neither grant nor denial")
                          .asRuntimeException()));
    }
  }

  /** Asks again, if that may help and there is time; else fails. */
  private void failedLocked(
      Acquiring<?> call, StatusRuntimeException failure, List<Runnable> told) {
    call.attempts++;
    long delay = Math.max(policy.delayNanos(call.attempts), Failures.retryAfterNanos(failure));
    if (call.attempts >= policy.maxAttempts()
        || !Failures.isTransient(failure)
        || time.nanoTime() + delay - call.deadlineNanos >= 0) {
      told.add(() -> front.failed(call, failure));
      return;
    }
    call.number = calls.add(call);
    time.schedule(() -> askAgain(call), delay);
  }

  private void askAgain(Acquiring<?> call) {
    synchronized (this) {
      if (calls.get(call.number) != call || call.givenUp || !known) {
        return; // given up, or asked for with everything else once the session is open
      }
      call.sentNanos = time.nanoTime();
      ask(call);
    }
    pumpSoon();
  }

  private void releasedLocked(SessionReleased released, List<Runnable> told) {
    Batch batch = mail.answered(released.getMessage());
    if (batch != null) {
      for (Releasing release : batch.takeReleases()) {
        if (releases.remove(release)) {
          told.add(() -> release.done().complete(null));
        }
      }
      closeIfAnswered(batch, released.getMessage());
    }
  }

  private void refusedLocked(SessionRefused refused, List<Runnable> told) {
    Batch batch = mail.answered(refused.getMessage());
    StatusRuntimeException failure = failure(refused.getError());
    if (batch == null) {
      return;
    }
    if (refused.getPart() == SessionPart.SESSION_PART_RELEASE) {
      List<Releasing> all = batch.takeReleases();
      if (all.size() > 1) {
        all.forEach(each -> mail.newBatch().release(each)); // one of them is wrong: each for itself
      } else {
        all.forEach(each -> failedLocked(each, failure, told));
      }
    } else if (refused.getPart() == SessionPart.SESSION_PART_RENEW) {
      Renewing renewing = batch.takeRenewing();
      if (renewing != null && renewals.remove(renewing)) {
        told.add(() -> renewing.done().completeExceptionally(failure));
      }
    }
    closeIfAnswered(batch, refused.getMessage());
  }

  private void closeIfAnswered(Batch batch, long number) {
    if (!batch.isAnsweredAsAWhole()) {
      mail.close(number);
    }
  }

  private void failedLocked(
      Releasing release, StatusRuntimeException failure, List<Runnable> told) {
    release.attempts++;
    long delay = Math.max(policy.delayNanos(release.attempts), Failures.retryAfterNanos(failure));
    if (release.attempts >= policy.maxAttempts()
        || !Failures.isTransient(failure)
        || time.nanoTime() + delay - release.deadlineNanos >= 0) {
      if (releases.remove(release)) {
        told.add(() -> release.done().completeExceptionally(failure));
      }
      return;
    }
    time.schedule(() -> releaseAgain(release), delay);
  }

  private void releaseAgain(Releasing release) {
    synchronized (this) {
      if (releases.contains(release) && known) {
        mail.batch().release(release);
      }
    }
    pumpSoon();
  }

  // --- Confirmation: a lease is the client's for sure once the server knows that its grant came.

  private synchronized void confirmLater(long message, Lease lease) {
    unconfirmed.addLast(new Unconfirmed(message, lease));
  }

  private void confirmLocked(long acknowledged) {
    while (!unconfirmed.isEmpty() && unconfirmed.peekFirst().message <= acknowledged) {
      unconfirmed.removeFirst().lease.confirm();
    }
  }

  // --- Time.

  private void tick() {
    List<Runnable> told = new ArrayList<>();
    SessionStream stuck = null;
    boolean quiet = front.isQuiet();
    synchronized (this) {
      long now = time.nanoTime();
      tick = null;
      if (phase == Phase.CLOSED) {
        return;
      }
      overdueLocked(now, told);
      doubtfulLocked(now, told);
      receiptDue |= !unconfirmed.isEmpty() && received > receivedTold;
      if (isStuckLocked(now)) {
        stuck = stream;
      }
      if (phase != Phase.OPEN && now - apartSinceNanos > FORGET_NANOS) {
        forgetLocked(); // what is kept to be sent again must not grow without end
      }
      boolean busy =
          calls.size() > 0
              || !releases.isEmpty()
              || !renewals.isEmpty()
              || !unconfirmed.isEmpty()
              || mail.silentSinceNanos(now) != now
              || !quiet;
      if (busy) {
        tick = time.schedule(this::tick, Math.min(LONGEST_TICK_NANOS, patienceNanos));
      }
    }
    told.forEach(Runnable::run);
    if (stuck != null) {
      stuck.cancel("no answer within " + Duration.ofNanos(patienceNanos));
    }
    pumpSoon();
  }

  private void overdueLocked(long now, List<Runnable> told) {
    StatusRuntimeException late =
        Status.DEADLINE_EXCEEDED
            .withDescription("no answer within " + settings.timeout())
            .asRuntimeException();
    boolean tooLongApart =
        phase != Phase.OPEN && now - apartSinceNanos >= settings.timeout().toNanos();
    failLocked(call -> tooLongApart || call.deadlineNanos - now <= 0, late, told);
    for (Releasing release : List.copyOf(releases)) {
      if (release.deadlineNanos - now <= 0 && releases.remove(release)) {
        told.add(() -> release.done().completeExceptionally(late));
      }
    }
    for (Renewing renewal : List.copyOf(renewals)) {
      if (renewal.deadlineNanos() - now <= 0 && renewals.remove(renewal)) {
        told.add(() -> renewal.done().completeExceptionally(late));
      }
    }
  }

  private void doubtfulLocked(long now, List<Runnable> told) {
    while (!unconfirmed.isEmpty() && unconfirmed.peekFirst().lease.isDoubtful(now)) {
      Lease lease = unconfirmed.removeFirst().lease;
      told.add(() -> front.doubtful(lease));
    }
  }

  private boolean isStuckLocked(long now) {
    return phase == Phase.OPENING
        ? now - phaseSinceNanos > patienceNanos
        : phase == Phase.OPEN
            && now - Math.max(mail.silentSinceNanos(now), phaseSinceNanos) > patienceNanos;
  }

  private void failLocked(
      Predicate<Acquiring<?>> which, StatusRuntimeException failure, List<Runnable> told) {
    for (Acquiring<?> call : calls.all()) {
      if (!call.givenUp && which.test(call)) {
        giveUpLocked(call);
        told.add(() -> front.failed(call, failure));
      }
    }
  }

  private void failAllLocked(StatusRuntimeException failure, List<Runnable> told) {
    failLocked(call -> true, failure, told);
    for (Releasing release : releases) {
      told.add(() -> release.done().completeExceptionally(failure));
    }
    releases.clear();
    for (Renewing renewal : renewals) {
      told.add(() -> renewal.done().completeExceptionally(failure));
    }
    renewals.clear();
  }

  private static long waitNanos(Acquiring<?> call) {
    return LeaseClock.nanos(call.acquisition().maxWait());
  }

  private static boolean isCounted(SessionResponse message) {
    return message.getGrantedCount() > 0
        || message.getAnswersCount() > 0
        || message.getReleasedCount() > 0
        || message.getRenewedCount() > 0
        || message.getRefusedCount() > 0
        || message.getLostCount() > 0
        || message.getRoutesCount() > 0
        || message.getDraining();
  }

  /** Whether another stream may fare better. */
  private static boolean isPassing(Status why) {
    return switch (why.getCode()) {
      case UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT, UNIMPLEMENTED -> false;
      default -> true;
    };
  }

  private static StatusRuntimeException failure(SessionError error) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(error.getCode())
            .setMessage(error.getMessage())
            .addAllDetails(error.getDetailsList())
            .build());
  }

  private static StatusRuntimeException closed() {
    return Status.CANCELLED.withDescription("the client is closed").asRuntimeException();
  }

  /**
   * A lease whose grant the server may not know to have come.
   *
   * @param message the number of the server's message that told it
   * @param lease which may have been given back already
   */
  private record Unconfirmed(long message, Lease lease) {}
}
