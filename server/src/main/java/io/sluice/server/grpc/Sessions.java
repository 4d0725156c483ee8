package io.sluice.server.grpc;

import io.grpc.StatusRuntimeException;
import io.sluice.engine.model.Bounds;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.proto.v1.SessionOpen;
import io.sluice.proto.v1.SessionOpened;
import io.sluice.proto.v1.SessionRequest;
import io.sluice.server.driver.EngineDriver;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The sessions that there are. Thread-safe. */
final class Sessions implements AutoCloseable {
  /**
   * How long a session whose stream broke is kept, and with it the leases whose grants are not
   * acknowledged; so for as long, from when it asked, a client may rely on such a lease.
   */
  private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final int MAX_SESSIONS = 100_000;
  private static final long LONGEST_SILENCE_SECONDS = 10;
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{16,64}");

  private final EngineDriver driver;
  private final Connections connections;
  private final OutcomesFromWire outcomes;
  private final ScheduledExecutorService timer;
  private final DoubleSupplier jitter;
  private final Map<String, OpenSession> byId = new ConcurrentHashMap<>();
  private final Map<String, Set<OpenSession>> byClient = new ConcurrentHashMap<>();
  private final Queue<SessionOutbox> touched = new ConcurrentLinkedQueue<>();

  Sessions(
      EngineDriver driver,
      Connections connections,
      OutcomesFromWire outcomes,
      ScheduledExecutorService timer,
      DoubleSupplier jitter) {
    this.driver = driver;
    this.connections = connections;
    this.outcomes = outcomes;
    this.timer = timer;
    this.jitter = jitter;
    driver.whenAnswered(this::flush);
    driver.whenLost(this::lost);
    var unused =
        timer.scheduleWithFixedDelay(
            this::endSilent, LONGEST_SILENCE_SECONDS, LONGEST_SILENCE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Opens a session for a stream, or lets one go on in it.
   *
   * @throws InvalidArgumentException if the message does not say whose session it is
   * @throws StatusRuntimeException if there are as many as there may be
   */
  OpenSession open(SessionStream stream, SessionRequest first) {
    SessionOpen open = first.getOpen();
    String id = open.getSessionId();
    if (!first.hasOpen() || Session.isCounted(first)) {
      throw new InvalidArgumentException("open", "must be in the first message of a stream, alone");
    }
    if (!ID.matcher(id).matches()) {
      throw new InvalidArgumentException("open.session_id", "must be 16..64 letters and digits");
    }
    Bounds.requireText("open.client_id", open.getClientId(), 0, Bounds.MAX_ID_BYTES);
    connections.seen(open.getClientId());
    OpenSession known = byId.get(id);
    if (known != null && !known.clientId().equals(open.getClientId())) {
      throw new InvalidArgumentException(
          "open.client_id", "must be the one that the session was opened with");
    }
    if (known != null
        && open.getResume()
        && known.attach(stream, opened(true), first.getReceived())) {
      return known;
    }
    if (known != null) {
      known.end();
    }
    if (byId.size() >= MAX_SESSIONS) {
      throw Statuses.exhausted("there are " + MAX_SESSIONS + " sessions, as many as there may be");
    }
    return begin(stream, open);
  }

  /** Tells everybody that the server is about to shut down. */
  void draining() {
    byId.values()
        .forEach(
            session -> {
              session.outbox().draining();
              session.outbox().flush();
            });
  }

  /** Breaks every stream off: the server ends. */
  @Override
  public void close() {
    byId.values()
        .forEach(session -> session.breakOff(Statuses.unavailable("the server has shut down")));
  }

  private OpenSession begin(SessionStream stream, SessionOpen open) {
    SessionOutbox outbox = new SessionOutbox(jitter, touched::add);
    OpenSession session =
        new OpenSession(
            new Session(open.getSessionId(), open.getClientId(), driver, outcomes, outbox),
            this::afterKeep,
            this::ended);
    byId.put(open.getSessionId(), session);
    byClient
        .computeIfAbsent(open.getClientId(), client -> ConcurrentHashMap.newKeySet())
        .add(session);
    session.attach(stream, opened(false), 0);
    return session;
  }

  private @Nullable ScheduledFuture<?> afterKeep(Runnable task) {
    return timer.isShutdown() ? null : timer.schedule(task, KEEP_NANOS, TimeUnit.NANOSECONDS);
  }

  private void ended(OpenSession session) {
    byId.remove(session.id(), session);
    byClient.computeIfPresent(
        session.clientId(),
        (client, sessions) -> {
          sessions.remove(session);
          return sessions.isEmpty() ? null : sessions;
        });
  }

  private void lost(String clientId, LeaseId lease) {
    byClient.getOrDefault(clientId, Set.of()).forEach(session -> session.outbox().lost(lease));
  }

  private void flush() {
    for (SessionOutbox next = touched.poll(); next != null; next = touched.poll()) {
      next.flush();
    }
  }

  /** Breaks the streams off whose clients have not read for so long. */
  private void endSilent() {
    byId.values().stream()
        .filter(session -> session.outbox().isStillBlocked())
        .toList()
        .forEach(
            session ->
                session.breakOff(
                    Statuses.exhausted(
                        "the client has not read for " + LONGEST_SILENCE_SECONDS + " s")));
  }

  private static SessionOpened opened(boolean resumed) {
    return SessionOpened.newBuilder()
        .setResumed(resumed)
        .setKeep(Durations.of(KEEP_NANOS))
        .setConfirmWithin(Durations.of(KEEP_NANOS))
        .build();
  }
}
