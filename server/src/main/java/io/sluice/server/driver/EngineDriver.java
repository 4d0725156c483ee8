package io.sluice.server.driver;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.Explanation;
import io.sluice.engine.admission.Purge;
import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.admission.Ticket;
import io.sluice.engine.device.DeviceReading;
import io.sluice.engine.device.DeviceUsage;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.model.Report;
import io.sluice.engine.model.SuspendStatus;
import io.sluice.engine.stats.Work;
import io.sluice.engine.store.Lease;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the engine its one writer at a time, its time, and its wake-ups.
 *
 * <p>Thread-safe. A step holds the lock for microseconds and never blocks; answers are delivered
 * after the lock is released, on the thread whose step made them, so a caller's code never runs
 * inside the engine.
 */
public final class EngineDriver implements AutoCloseable {
  /** What is told instead of a grant that cannot be made durable. */
  static final Decision UNAVAILABLE =
      Decision.Denied.of(DenialReason.STORE_UNAVAILABLE, "", TimeUnit.SECONDS.toNanos(1));

  private static final Logger LOG = LoggerFactory.getLogger(EngineDriver.class);

  private final ReentrantLock lock = new ReentrantLock();
  private final AdmissionEngine engine; // guarded by lock
  private final NanoClock clock;
  private final InstantSource wall;
  private final StepLog log;
  private final Deliveries deliveries = new Deliveries();
  private final ScheduledThreadPoolExecutor timer;
  private List<Posted> outbox = new ArrayList<>(); // guarded by lock
  private volatile Runnable answered = () -> {};
  private long armedAtNanos = Long.MAX_VALUE; // guarded by lock
  private @Nullable ScheduledFuture<?> armed; // guarded by lock

  /**
   * Drives an engine, which nobody else may call from now on.
   *
   * @param wall the time of day, which the engine is told now and each second
   */
  public EngineDriver(AdmissionEngine engine, NanoClock clock, InstantSource wall) {
    this(engine, clock, wall, StepLog.NONE, problem -> {});
  }

  /**
   * Drives an engine, which nobody else may call from now on, and tells nobody what it grants
   * before that is durable.
   *
   * @param wall the time of day, which the engine is told now and each second
   * @param log makes durable what steps change
   * @param failed told once, why nothing becomes durable any more; nothing is granted then
   */
  public EngineDriver(
      AdmissionEngine engine,
      NanoClock clock,
      InstantSource wall,
      StepLog log,
      Consumer<String> failed) {
    this.engine = engine;
    this.clock = clock;
    this.wall = wall;
    this.log = log;
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "sluice-timer");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
    engine.wallClock(wall.millis(), clock.nanos());
    log.start(
        new StepLog.Listener() {
          @Override
          public void durable(long position) {
            deliveries.durable(position);
            answered.run();
          }

          @Override
          public void failed(String problem) {
            failed.accept(problem);
            deliveries.failed(problem);
            answered.run();
          }
        });
    var unused = timer.scheduleWithFixedDelay(this::everySecond, 1, 1, TimeUnit.SECONDS);
    tend();
  }

  /**
   * Decides an acquire.
   *
   * @param caller told the decision once, on any thread, perhaps before this returns; not told if
   *     the acquire was cancelled first
   */
  public Asked acquire(Acquire acquire, Consumer<Decision> caller) {
    Asked asked = new Asked(this, caller);
    if (log.problem().isEmpty()) {
      step(engine -> asked.ticket = engine.acquire(acquire, asked, clock.nanos()));
    } else {
      caller.accept(UNAVAILABLE);
    }
    return asked;
  }

  /** Lets a suspended lease hold again what it held; told and cancelled like an acquire. */
  public Asked resume(LeaseId id, long maxWaitNanos, Consumer<Decision> caller) {
    Asked asked = new Asked(this, caller);
    step(engine -> asked.ticket = engine.resume(id, maxWaitNanos, asked, clock.nanos()));
    return asked;
  }

  /** Gives back what a lease holds, while it lives on. */
  public void suspend(LeaseId id, Told<SuspendStatus> told) {
    tell((engine, answer) -> engine.suspend(id, clock.nanos(), answer), told);
  }

  /** Notes that a client has a connection. */
  public void connected(String clientId) {
    step(engine -> engine.connected(clientId, clock.nanos()));
  }

  /** Notes that a client has no connection any more. */
  public void disconnected(String clientId) {
    step(engine -> engine.disconnected(clientId, clock.nanos()));
  }

  void cancel(Asked asked) {
    step(
        engine -> {
          Ticket ticket = asked.ticket;
          if (ticket != null) {
            engine.cancel(ticket, clock.nanos());
          }
        });
  }

  /** Called by the engine within a step. */
  void post(Asked asked) {
    outbox.add(asked);
  }

  /**
   * Ends leases, in order, in one step.
   *
   * @throws InvalidArgumentException if one of them tells what it must not; none is ended then
   */
  public void release(List<Release> releases, Told<List<ReleaseStatus>> told) {
    tell(
        (engine, answer) -> {
          releases.forEach(engine::check);
          Gathering<ReleaseStatus> statuses = new Gathering<>(releases.size(), answer);
          for (int i = 0; i < releases.size(); i++) {
            engine.release(releases.get(i), clock.nanos(), statuses.at(i));
          }
        },
        told);
  }

  /** Extends leases, in order, in one step; {@code ttlNanos} 0 = the default of their limits. */
  public void renew(List<LeaseId> ids, long ttlNanos, Told<List<Renewal>> told) {
    tell(
        (engine, answer) -> {
          Gathering<Renewal> renewals = new Gathering<>(ids.size(), answer);
          for (int i = 0; i < ids.size(); i++) {
            engine.renew(ids.get(i), ttlNanos, clock.nanos(), renewals.at(i));
          }
        },
        told);
  }

  /** Returns the clients of those leases that are known, each once. */
  public Set<String> clientsOf(List<LeaseId> ids) {
    Set<String> clients = new LinkedHashSet<>();
    step(
        engine -> {
          for (LeaseId id : ids) {
            Lease lease = engine.store().lease(id);
            if (lease != null) {
              clients.add(lease.claim().acquire().clientId());
            }
          }
        });
    return clients;
  }

  /** Counts how work without a lease ended, and learns from it. */
  public void report(List<Report> reports) {
    step(engine -> reports.forEach(report -> engine.report(report, nowNanos())));
  }

  /** Takes a lease back within a grace, if it is known, and shows what it is then. */
  public <T> void revoke(
      LeaseId id, String message, long graceNanos, LeaseView<T> view, Told<@Nullable T> told) {
    this.<@Nullable T>tell(
        (engine, answer) ->
            engine.revoke(
                id,
                message,
                graceNanos,
                clock.nanos(),
                lease -> answer.accept(lease == null ? null : view.of(lease, clock.nanos()))),
        told);
  }

  /** Sends away those who wait, those who hold, or both. */
  public void purge(Purge purge, Told<Purge.Purged> told) {
    tell((engine, answer) -> engine.purge(purge, clock.nanos(), answer), told);
  }

  /** Shows a lease, if it is known. */
  public <T> @Nullable T lease(LeaseId id, LeaseView<T> view) {
    return ask(
        engine -> {
          engine.advance(clock.nanos());
          Lease lease = engine.store().lease(id);
          return lease == null ? null : view.of(lease, clock.nanos());
        });
  }

  /** Tells the limit that is on a pool now, if there is one, which devices there are. */
  public void inventory(String pool, List<DeviceReading> readings) {
    step(
        engine ->
            engine.limits().stream()
                .filter(
                    active ->
                        active.limit().policy() instanceof Policy.Devices devices
                            && devices.pool().equals(pool))
                .findFirst()
                .ifPresent(active -> engine.inventory(active.name(), readings, clock.nanos())));
  }

  /** Keeps new grants off a device, or lets them on; returns it, or null if there is none. */
  public @Nullable DeviceUsage cordon(String limit, String deviceUuid, boolean cordoned) {
    List<@Nullable DeviceUsage> seen = new ArrayList<>(1);
    step(engine -> seen.add(engine.cordon(limit, deviceUuid, cordoned, clock.nanos())));
    return seen.get(0);
  }

  /** Says what an acquire would be answered now. */
  public void explain(Acquire acquire, Told<Explanation> told) {
    tell((engine, answer) -> engine.explain(acquire, clock.nanos(), answer), told);
  }

  /** Takes a snapshot of everything counted. */
  public Snapshot snapshot() {
    return ask(engine -> engine.snapshot(clock.nanos()));
  }

  /** Returns how the work on all resources went in the last minute. */
  public Work work() {
    return ask(engine -> engine.work(clock.nanos()));
  }

  /** Denies everybody who waits, and from now on everybody who asks. */
  public void drain() {
    step(engine -> engine.drain(clock.nanos()));
  }

  /** Asks the engine something, between steps. The question must not keep what it sees. */
  public <T> T ask(Function<AdmissionEngine, T> question) {
    List<T> answers = new ArrayList<>(1);
    step(engine -> answers.add(question.apply(engine)));
    return answers.get(0);
  }

  /** Lets something happen outside the engine that it has to know in this step. */
  void run(Runnable task) {
    step(
        engine -> {
          engine.advance(clock.nanos());
          task.run();
          engine.advance(clock.nanos()); // what the task made free, or ended, is handed on
        });
  }

  /** Has the engine do something, between steps. */
  public void run(Consumer<AdmissionEngine> action) {
    step(action);
  }

  /**
   * Makes calls of this driver one step: all of them happen at one moment, and nobody is answered
   * before the last one.
   *
   * @param calls made in this thread, within the engine's lock; must not block
   */
  public void together(Runnable calls) {
    step(engine -> calls.run());
  }

  /** Is told, outside the lock, each time when the answers of a step have been told. */
  public void whenAnswered(Runnable listener) {
    answered = listener;
  }

  /** Is told of each lease that ends without a release, and whose it was. */
  public void whenLost(BiConsumer<String, LeaseId> listener) {
    run(
        (Consumer<AdmissionEngine>)
            engine ->
                engine.whenLost(
                    lease -> {
                      String client = lease.claim().acquire().clientId();
                      outbox.add(
                          (deliveries, position, changed) -> listener.accept(client, lease.id()));
                    }));
  }

  /** Returns the engine's time. */
  public long nowNanos() {
    return clock.nanos();
  }

  /** Stops the wake-ups. */
  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** Has the engine do something, and tells what that led to once it is known and durable. */
  private <T extends @Nullable Object> void tell(
      BiConsumer<AdmissionEngine, Consumer<T>> work, Told<T> told) {
    Answer<T> answer = new Answer<>(told);
    step(
        engine ->
            work.accept(
                engine,
                result -> {
                  answer.is(result);
                  outbox.add(answer);
                }));
  }

  private void step(Consumer<AdmissionEngine> action) {
    List<Posted> ready = List.of();
    boolean changed;
    long kept;
    lock.lock();
    if (lock.getHoldCount() > 1) { // within a step already, which it is part of
      try {
        action.accept(engine);
      } finally {
        lock.unlock();
      }
      return;
    }
    long before = log.position();
    try {
      log.beginStep(clock.nanos());
      action.accept(engine);
    } finally {
      log.endStep();
      kept = log.position();
      changed = kept != before;
      if (!outbox.isEmpty()) {
        ready = outbox;
        outbox = new ArrayList<>();
      }
      arm();
      lock.unlock();
    }
    if (!ready.isEmpty()) {
      for (int i = 0; i < ready.size(); i++) {
        ready.get(i).tell(deliveries, kept, changed);
      }
      answered.run();
    }
  }

  private void arm() {
    long next = engine.nextEventNanos();
    if (next >= armedAtNanos || next == Long.MAX_VALUE || timer.isShutdown()) {
      return;
    }
    if (armed != null) {
      armed.cancel(false);
    }
    armedAtNanos = next;
    armed = timer.schedule(this::wake, next - clock.nanos(), TimeUnit.NANOSECONDS);
  }

  /** Tells the engine the time of day, and the log which quotas run low. */
  private void everySecond() {
    List<String> crossings = new ArrayList<>(0);
    try {
      step(
          engine -> {
            engine.wallClock(wall.millis(), clock.nanos());
            engine.tellCrossings(
                (limit, crossing) ->
                    crossings.add(
                        "Limit "
                            + limit.name()
                            + (crossing.key().isEmpty() ? "" : " " + crossing.key())
                            + " has used "
                            + crossing.percent()
                            + " % of its window"));
          });
    } catch (InvalidArgumentException e) {
      LOG.warn("The time of day cannot be right", e);
    }
    crossings.forEach(LOG::info);
  }

  /** Lets the log do what it has to do now and then. */
  private void tend() {
    List<Long> next = new ArrayList<>(1);
    step(engine -> next.add(log.tend(engine, wall.millis())));
    if (next.get(0) != Long.MAX_VALUE && !timer.isShutdown()) {
      var unused = timer.schedule(this::tend, next.get(0), TimeUnit.NANOSECONDS);
    }
  }

  private void wake() {
    step(
        engine -> {
          armedAtNanos = Long.MAX_VALUE;
          engine.advance(clock.nanos());
        });
  }

  /**
   * Makes something of a lease within a step, because the lease itself belongs to the engine.
   *
   * @param <T> what is made
   */
  @FunctionalInterface
  public interface LeaseView<T> {
    /** Makes it. */
    T of(Lease lease, long nowNanos);
  }
}
