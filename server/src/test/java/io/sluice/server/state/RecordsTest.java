package io.sluice.server.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.adaptive.concurrency.GradientProbeRules;
import io.sluice.engine.adaptive.rate.AimdRules;
import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.limit.Learning;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.DeviceAsk;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.ProviderHint;
import io.sluice.engine.model.Release;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.SavedLease;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import io.sluice.proto.state.v1.Record;
import io.sluice.server.driver.StepLog;
import io.sluice.server.journal.Fsync;
import io.sluice.server.journal.JournalSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written down is what is read, and is kept small. */
class RecordsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final StepLog.Listener NOBODY =
      new StepLog.Listener() {
        @Override
        public void durable(long position) {}

        @Override
        public void failed(String problem) {
          throw new AssertionError(problem);
        }
      };

  @TempDir private Path dir;

  private final List<Limit> limits =
      List.of(
          Limit.of("jobs", "jobs", new Policy.Concurrency(100_000, LeaseTerms.DEFAULT)),
          Limit.of(
              "seats",
              "seats",
              new Policy.Concurrency(
                  9, new LeaseTerms(SECOND, 2 * SECOND, 3 * SECOND, SECOND, 4 * SECOND))),
          Limit.of(
              "cards",
              "gpu",
              new Policy.Devices(
                  "gpu",
                  List.of(new Device("GPU-1", 3, "H100", 80_000, Map.of("zone", "a"))),
                  Placement.SPREAD,
                  4,
                  LeaseTerms.DEFAULT)),
          Limit.of("api", "api", new Policy.Rate(TokenScale.of(10, SECOND, 100))).withKey("t"),
          Limit.of("learns", "learns", new Policy.Rate(TokenScale.of(10, SECOND, 100)))
              .withKey("t")
              .withLearning(Learning.NONE.withRate(AimdRules.of(10, 1, 10))),
          Limit.of("breaks", "breaks", new Policy.Concurrency(9, LeaseTerms.DEFAULT))
              .withLearning(
                  new Learning(
                      null,
                      new GradientProbeRules(4, 1, 9),
                      BreakerRules.DEFAULT.withConsecutiveFailures(1))));

  private MemoryStore store;
  private AdmissionEngine engine;
  private JournaledState state;
  private long now;

  private void open(int lives) throws IOException {
    store = new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(lives), 0);
    engine = new AdmissionEngine(limits, EngineSettings.DEFAULT, store, new SplittableRandom(3), 0);
    state =
        JournaledState.open(
            dir,
            JournalSettings.defaults(Fsync.NEVER),
            engine::limit,
            store,
            engine::restored,
            false,
            0,
            () -> now,
            new SplittableRandom(lives),
            1 << 20);
    now = state.startNanos();
    state.start(NOBODY);
    state.beginStep(now);
  }

  @Test
  void everyFieldOfALeaseComesBack() throws IOException {
    open(1);
    now = 7 * SECOND;
    state.beginStep(now);
    Demand gpu =
        Demand.of("gpu", 2)
            .withAttributes(Map.of("a", "1", "b", "ü"))
            .withDevices(new DeviceAsk(2, 700, 10, false, true, Map.of("zone", "a")));
    Decision.Granted parent =
        grant(
            Acquire.builder(gpu, Demand.of("seats", 3), Demand.of("api", 5).asEstimate())
                .requestId("r")
                .clientId("c")
                .maxWaitNanos(5)
                .ttlNanos(2 * SECOND)
                .priority(1)
                .labels(Map.of("l", "m"))
                .wantLease(true)
                .dedup(new Dedup("k", Dedup.Scope.TTL, SECOND, Dedup.OnConflict.JOIN))
                .workDeadlineNanos(60 * SECOND)
                .expectedHoldNanos(SECOND)
                .build());
    Decision.Granted nested =
        grant(
            Acquire.builder(Demand.of("seats", 4), gpu)
                .clientId("c")
                .parent(parent.leaseId())
                .build());
    engine.revoke(nested.leaseId(), "soon", SECOND, now, lease -> {});
    engine.release(
        Release.of(grant(Acquire.of(Demand.of("jobs"))).leaseId(), Outcome.ERROR), now, any -> {});
    state.endStep();
    List<SavedLease> before = saved();
    state.close();
    open(2);
    assertThat(saved()).isEqualTo(before).hasSize(2);
    assertThat(now).as("time goes on where it stood").isEqualTo(7 * SECOND);
    state.close();
  }

  @Test
  void whatWasLearnedComesBack() throws IOException {
    open(1);
    now = SECOND;
    state.beginStep(now);
    Demand learns = learns("a");
    LeaseId throttled = grant(Acquire.of(learns)).leaseId();
    engine.release(
        Release.of(throttled, Outcome.THROTTLED).withHint(ProviderHint.retryAfter(60 * SECOND)),
        now,
        any -> {});
    LeaseId failed = grant(Acquire.of(Demand.of("breaks"))).leaseId();
    engine.release(Release.of(failed, Outcome.ERROR), now, any -> {});
    long unused = state.tend(engine, 0);
    state.endStep();
    state.close();
    open(2);
    assertThat(denial(learns)).isEqualTo(DenialReason.HOLD);
    assertThat(denial(Demand.of("breaks"))).isEqualTo(DenialReason.BREAKER_OPEN);
    List<Snapshot.ByLimit> limitsNow = engine.snapshot(now).limits();
    assertThat(limitsNow.get(4).adaptive())
        .satisfies(learned -> assertThat(learned.current()).isEqualTo(5));
    assertThat(limitsNow.get(5).adaptive())
        .satisfies(learned -> assertThat(learned.current()).isEqualTo(4));
    assertThat(limitsNow.get(5).breaker())
        .satisfies(breaker -> assertThat(breaker.opened()).isEqualTo(1));
    assertThat(grant(Acquire.of(learns("b"))).leaseId()).isNotNull();
    state.close();
  }

  private static Demand learns(String tenant) {
    return Demand.of("learns").withAttributes(Map.of("t", tenant));
  }

  private DenialReason denial(Demand demand) {
    List<Decision> decisions = new ArrayList<>();
    var unused = engine.acquire(Acquire.of(demand), decisions::add, now);
    return ((Decision.Denied) decisions.get(0)).reason();
  }

  @Test
  void manyLeasesComeBackAndTheJournalStaysSmall() throws IOException {
    open(1);
    List<LeaseId> held = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      held.add(grant(Acquire.of(Demand.of("jobs"))).leaseId());
    }
    for (int i = 0; i < 30_000; i++) { // more than a checkpoint's worth
      now += 1_000_000;
      state.beginStep(now);
      engine.advance(now);
      if (i % 20 == 0) {
        int renewed = i / 20 % held.size();
        engine.renew(held.get(renewed), 0, now, any -> {});
      }
      LeaseId id = grant(Acquire.of(Demand.of("jobs"))).leaseId();
      engine.release(Release.of(id, Outcome.SUCCESS), now, any -> {});
      long unused = state.tend(engine, now / 1_000_000);
      state.endStep();
    }
    List<SavedLease> before = saved();
    state.close();
    assertThat(bytesOnDisk())
        .as("not all that was ever told")
        .isLessThan(state.counters().bytes() / 2);
    open(2);
    assertThat(saved()).hasSameSizeAs(before).hasSize(1_000);
    assertThat(saved()).isEqualTo(before);
    state.close();
  }

  @Test
  void recordThatIsNotUnderstoodIsRefused() {
    RecordReader reader = new RecordReader(new PackedLeases());
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> reader.read(ByteBuffer.wrap(new byte[] {1, 2, 3})))
        .withMessageContaining("cannot be read");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                reader.read(
                    ByteBuffer.wrap(Record.newBuilder().setAtNanos(1).build().toByteArray())))
        .withMessageContaining("not known");
  }

  @Test
  void everyStateAndOutcomeHasItsName() throws IOException {
    for (LeaseState each : LeaseState.values()) {
      if (each != LeaseState.QUEUED) { // who waits holds nothing, and is not written down
        assertThat(Names.STATE.restored(Names.STATE.saved(each))).isEqualTo(each);
      }
    }
    for (Outcome each : Outcome.values()) {
      assertThat(Names.OUTCOME.restored(Names.OUTCOME.saved(each))).isEqualTo(each);
    }
  }

  private Decision.Granted grant(Acquire acquire) {
    List<Decision> decisions = new ArrayList<>(1);
    var unused = engine.acquire(acquire, decisions::add, now);
    return (Decision.Granted) decisions.get(0);
  }

  private List<SavedLease> saved() {
    return store.leases().stream().map(lease -> store.records().saved(lease)).toList();
  }

  private long bytesOnDisk() throws IOException {
    try (var files = Files.list(dir)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
