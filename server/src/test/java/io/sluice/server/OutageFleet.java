package io.sluice.server;

import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.sluice.engine.limit.OnLoss;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.AdmissionServiceGrpc.AdmissionServiceBlockingStub;
import io.sluice.proto.v1.AdmissionServiceGrpc.AdmissionServiceStub;
import io.sluice.proto.v1.DenialReason;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.GetStatsResponse;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResponse;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewResponse;
import io.sluice.proto.v1.SharedStats;
import io.sluice.proto.v1.StatsServiceGrpc;
import io.sluice.server.OutageHistory.Ask;
import io.sluice.server.OutageHistory.Hold;
import io.sluice.server.OutageHistory.LimitOf;
import io.sluice.server.OutageHistory.Look;
import io.sluice.server.OutageHistory.Renewed;
import io.sluice.server.config.ConfigurationInput;
import io.sluice.server.config.ConfigurationLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Servers that share limits, and callers that ask each of them two hundred times a second. Of each
 * way to bear a loss there is a rate and a limit of seats; one seat of each is held all the time at
 * each server.
 */
final class OutageFleet implements AutoCloseable {
  static final int PERMITS_PER_SECOND = 30;
  static final int BURST = 20;
  static final int SEATS = 6;
  static final long DEADLINE_MILLIS = 2_000;

  private static final long ASK_EVERY_MICROS = 5_000;
  private static final long LOOK_EVERY_MILLIS = 100;
  private static final long RENEW_EVERY_MILLIS = 1_000;
  private static final long HOLD_MILLIS = 800;
  private static final long PATIENCE_MILLIS = 500;
  private static final int WARMING_ASKS = 3_000;

  private final String name;
  private final OutageHistory history = new OutageHistory();
  private final List<Caller> callers = new ArrayList<>();
  private final List<Future<?>> periodic = new ArrayList<>();
  private final AtomicLong latestNanos = new AtomicLong();
  private final AtomicInteger underWay = new AtomicInteger();
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);

  private OutageFleet(String name) {
    this.name = name;
  }

  static OutageFleet start(int servers, String redis) throws Exception {
    OutageFleet fleet = new OutageFleet("n" + servers);
    for (int i = 0; i < servers; i++) {
      fleet.callers.add(fleet.new Caller(i, fleet.configuration(redis)));
    }
    return fleet;
  }

  int size() {
    return callers.size();
  }

  /** Returns by how much a caller asked later than it was to. */
  long latestNanos() {
    return latestNanos.get();
  }

  OutageHistory history() {
    return history;
  }

  /** Asks one by one until everything is compiled: a cold server is slow, whatever Redis does. */
  void warm() {
    callers.forEach(Caller::warm);
  }

  /** Lets callers take the seats that they hold all the time. */
  void prepare() {
    callers.forEach(Caller::prepare);
  }

  /** Lets callers ask from now on. */
  void begin() {
    callers.forEach(Caller::begin);
  }

  /** Lets one caller wait at the first server, much longer than the others. */
  void waiter(LimitOf limit, long millis, Consumer<AcquireResponse> answer) {
    callers.get(0).acquire(limit, millis, millis + DEADLINE_MILLIS, answer);
  }

  /** Lets nobody ask any more, and waits for the answers and the end of what is held. */
  void end() throws InterruptedException {
    periodic.forEach(each -> each.cancel(false));
    awaitAnswers();
    timer.shutdown();
    if (!timer.awaitTermination(5, TimeUnit.SECONDS)) {
      throw new IllegalStateException("callers do not end");
    }
    awaitAnswers();
    callers.forEach(Caller::end);
  }

  private void awaitAnswers() throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2 * DEADLINE_MILLIS);
    while (underWay.get() > 0 && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    callers.forEach(Caller::close);
  }

  private String configuration(String redis) {
    StringBuilder yaml =
        new StringBuilder("server: { listen: '127.0.0.1:0', uds: '', admin: '' }\n")
            .append("state: { redis: { url: '" + redis + "', group: " + name + " } }\n")
            .append("limits:\n");
    for (LimitOf limit : limits()) {
      String kind =
          limit.isSeats()
              ? "concurrency: { max: " + SEATS + ", ttl: " + (30 + OutageFault.SECONDS) + "s }"
              : "rate: { permits: " + PERMITS_PER_SECOND + ", per: 1s, burst: " + BURST + " }";
      yaml.append("  - { name: " + limit.resource().replace('/', '-'))
          .append(", match: { resource: " + limit.resource() + " }, " + kind)
          .append(", shared: { on_loss: " + limit.word() + " } }\n");
    }
    return yaml.toString();
  }

  static List<LimitOf> limits() {
    List<LimitOf> limits = new ArrayList<>();
    for (boolean isSeats : new boolean[] {false, true}) {
      for (OnLoss onLoss : OnLoss.values()) {
        limits.add(new LimitOf(isSeats, onLoss));
      }
    }
    return limits;
  }

  /** Who asks one server. */
  private final class Caller {
    private final int number;
    private final SluiceServer server;
    private final ManagedChannel channel;
    private final List<Kept> kept = new ArrayList<>();
    private long begunNanos;
    private int asked;

    private record Kept(LimitOf limit, String lease, long sinceNanos) {}

    Caller(int number, String yaml) throws Exception {
      this.number = number;
      server =
          SluiceServer.start(ConfigurationLoader.load(ConfigurationInput.of(name, yaml)), "test");
      channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcAddress().port())
              .usePlaintext()
              .build();
    }

    void warm() {
      for (int i = 0; i < WARMING_ASKS; i++) {
        LimitOf limit = limits().get(i % limits().size());
        AcquireResponse response =
            blocking().acquire(ServerFixture.request(limit.resource()).build());
        if (limit.isSeats() && response.hasGrant()) {
          release(limit, response.getGrant().getLeaseId());
        }
      }
    }

    void prepare() {
      limits().stream().filter(LimitOf::isSeats).forEach(this::keep);
    }

    private AdmissionServiceBlockingStub blocking() {
      return AdmissionServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    void begin() {
      begunNanos = System.nanoTime() + ASK_EVERY_MICROS * 1_000;
      every(ASK_EVERY_MICROS, this::ask);
      every(LOOK_EVERY_MILLIS * 1_000, this::look);
      every(RENEW_EVERY_MILLIS * 1_000, this::renew);
    }

    /** Notes by how much the machine lets the callers themselves wait. */
    private void ask() {
      long late = System.nanoTime() - begunNanos - asked * ASK_EVERY_MICROS * 1_000;
      latestNanos.accumulateAndGet(late, Math::max);
      askNext();
    }

    private void every(long micros, Runnable task) {
      periodic.add(timer.scheduleAtFixedRate(task, micros, micros, TimeUnit.MICROSECONDS));
    }

    private AdmissionServiceStub stub(long deadlineMillis) {
      return AdmissionServiceGrpc.newStub(channel)
          .withDeadlineAfter(deadlineMillis, TimeUnit.MILLISECONDS);
    }

    /** One ask of ten is for a seat, and one of ten waits. */
    private void askNext() {
      int turn = asked++;
      OnLoss onLoss = OnLoss.values()[turn % 3];
      boolean isSeats = turn / 3 % 10 == 9;
      boolean isPatient = isSeats ? turn / 30 % 10 == 0 : turn / 3 % 10 == 4;
      LimitOf limit = new LimitOf(isSeats, onLoss);
      acquire(
          limit,
          isPatient ? PATIENCE_MILLIS : 0,
          DEADLINE_MILLIS,
          response -> {
            if (isSeats && response.hasGrant()) {
              hold(limit, response.getGrant());
            }
          });
    }

    void acquire(
        LimitOf limit, long waitMillis, long deadlineMillis, Consumer<AcquireResponse> then) {
      AcquireRequest request =
          ServerFixture.request(limit.resource())
              .setMaxWait(
                  Duration.newBuilder()
                      .setSeconds(waitMillis / 1_000)
                      .setNanos((int) (waitMillis % 1_000) * 1_000_000))
              .build();
      long begun = System.nanoTime();
      stub(deadlineMillis)
          .acquire(
              request,
              new Answer<>(
                  "acquire " + limit,
                  response -> {
                    DenialReason denied = response.getDenial().getReason();
                    boolean isPatient = waitMillis > 0;
                    history.add(
                        new Ask(limit, number, isPatient, begun, System.nanoTime(), denied));
                    then.accept(response);
                  }));
    }

    private void hold(LimitOf limit, Grant grant) {
      long since = System.nanoTime();
      var unused =
          timer.schedule(
              () -> {
                history.add(new Hold(limit, since, System.nanoTime()));
                release(limit, grant.getLeaseId());
              },
              HOLD_MILLIS,
              TimeUnit.MILLISECONDS);
    }

    private void release(LimitOf limit, String lease) {
      Release release =
          Release.newBuilder().setLeaseId(lease).setOutcome(Outcome.OUTCOME_SUCCESS).build();
      Answer<ReleaseResponse> answer =
          new Answer<>(
              "release " + limit,
              response -> {
                ReleaseStatus status = response.getResults(0).getStatus();
                if (status != ReleaseStatus.RELEASE_STATUS_RELEASED) {
                  history.error("release " + limit + ": " + status);
                }
              });
      stub(DEADLINE_MILLIS)
          .release(ReleaseRequest.newBuilder().addReleases(release).build(), answer);
    }

    private void keep(LimitOf limit) {
      AcquireResponse response =
          blocking().acquire(ServerFixture.request(limit.resource()).build());
      if (response.hasGrant()) {
        kept.add(new Kept(limit, response.getGrant().getLeaseId(), System.nanoTime()));
      }
    }

    private void renew() {
      for (Kept each : kept) {
        Answer<RenewResponse> answer =
            new Answer<>(
                "renew " + each.limit(),
                response ->
                    history.add(
                        new Renewed(
                            each.limit(),
                            System.nanoTime(),
                            response.getResults(0).getStatus().name())));
        stub(DEADLINE_MILLIS)
            .renew(RenewRequest.newBuilder().addLeaseIds(each.lease()).build(), answer);
      }
    }

    private void look() {
      Answer<GetStatsResponse> answer =
          new Answer<>(
              "stats",
              response -> {
                SharedStats shared = response.getSnapshot().getProcess().getState().getShared();
                history.add(
                    new Look(
                        number,
                        System.nanoTime(),
                        shared.getReachable(),
                        shared.getLearning(),
                        shared.getFallbackGrants()));
              });
      StatsServiceGrpc.newStub(channel)
          .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
          .getStats(GetStatsRequest.getDefaultInstance(), answer);
    }

    void end() {
      kept.forEach(
          each -> history.add(new Hold(each.limit(), each.sinceNanos(), System.nanoTime())));
    }

    void close() {
      channel.shutdownNow();
      server.close();
    }
  }

  /** Hears the one answer of a call, or that there is none. */
  private final class Answer<T> implements StreamObserver<T> {
    private final String what;
    private final Consumer<T> then;

    Answer(String what, Consumer<T> then) {
      this.what = what;
      this.then = then;
      underWay.incrementAndGet();
    }

    @Override
    public void onNext(T response) {
      then.accept(response);
    }

    @Override
    public void onError(Throwable error) {
      history.error(what + ": " + error);
      underWay.decrementAndGet();
    }

    @Override
    public void onCompleted() {
      underWay.decrementAndGet();
    }
  }
}
