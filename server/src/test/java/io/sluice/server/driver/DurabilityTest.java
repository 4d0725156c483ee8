package io.sluice.server.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.admission.AdmissionEngine;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.DenialReason;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.model.Release;
import io.sluice.engine.model.ReleaseStatus;
import io.sluice.engine.model.Renewal;
import io.sluice.engine.store.memory.MemorySettings;
import io.sluice.engine.store.memory.MemoryStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nobody is told of a promise before it is durable. */
class DurabilityTest {
  /**
   * A log whose disk is as fast as the test lets it be; it keeps something of steps that say so.
   */
  private static final class SlowLog implements StepLog {
    long position;
    long durable;
    String problem = "";
    Listener listener;

    void flush() {
      durable = position;
      listener.durable(position);
    }

    void fail(String why) {
      problem = why;
      listener.failed(why);
    }

    @Override
    public void start(Listener told) {
      listener = told;
    }

    @Override
    public void beginStep(long nowNanos) {}

    @Override
    public void endStep() {}

    @Override
    public long position() {
      return position;
    }

    @Override
    public long durable() {
      return durable;
    }

    @Override
    public String problem() {
      return problem;
    }

    @Override
    public long tend(AdmissionEngine engine, long wallMillis) {
      return Long.MAX_VALUE;
    }
  }

  private final SlowLog log = new SlowLog();
  private final List<String> failures = new ArrayList<>();
  private final MemoryStore store =
      new MemoryStore(MemorySettings.DEFAULT, new SplittableRandom(1), 0);
  private final EngineDriver driver =
      new EngineDriver(
          new AdmissionEngine(
              List.of(Limit.of("jobs", "jobs", new Policy.Concurrency(1, LeaseTerms.DEFAULT))),
              EngineSettings.DEFAULT,
              store,
              new SplittableRandom(3),
              0),
          NanoClock.system(),
          InstantSource.system(),
          log,
          failures::add);
  private final List<Decision> decisions = new ArrayList<>();

  DurabilityTest() {
    store
        .records()
        .record(
            new io.sluice.engine.store.Recorder() {
              @Override
              public void lease(io.sluice.engine.store.Lease lease) {
                log.position++;
              }

              @Override
              public void ended(io.sluice.engine.store.Lease lease) {
                log.position++;
              }

              @Override
              public void undone(LeaseId lease) {
                log.position++;
              }

              @Override
              public void outcome(LeaseId lease, Outcome outcome) {
                log.position++;
              }

              @Override
              public void granted(Acquire acquire, long atNanos) {
                log.position++;
              }

              @Override
              public void forgotten(Acquire acquire) {
                log.position++;
              }
            });
  }

  @AfterEach
  void close() {
    driver.close();
  }

  @Test
  void grantIsToldOnceItIsDurable() {
    Asked unused = driver.acquire(job("a"), decisions::add);
    assertThat(decisions).isEmpty();
    log.flush();
    assertThat(decisions).hasSize(1).first().isInstanceOf(Decision.Granted.class);
  }

  @Test
  void retryOfAGrantThatIsNotDurableWaitsWithIt() {
    Asked first = driver.acquire(job("a"), decisions::add);
    Asked again = driver.acquire(job("a"), decisions::add);
    assertThat(decisions).isEmpty();
    log.flush();
    assertThat(decisions).hasSize(2).allMatch(Decision.Granted.class::isInstance);
  }

  @Test
  void denialPromisesNothingAndIsToldAtOnce() {
    Asked first = driver.acquire(job("a"), decisions::add);
    Asked second = driver.acquire(job("b"), decisions::add);
    assertThat(decisions).hasSize(1).first().isInstanceOf(Decision.Denied.class);
  }

  @Test
  void releaseIsToldOnceItIsDurableAndSoIsWhoGoesNext() {
    LeaseId held = granted();
    Asked waits =
        driver.acquire(
            Acquire.builder(Demand.of("jobs")).maxWaitNanos(3_600_000_000_000L).build(),
            decisions::add);
    List<ReleaseStatus> statuses = new ArrayList<>();
    driver.release(List.of(Release.of(held, Outcome.SUCCESS)), told(statuses));
    assertThat(statuses).isEmpty();
    assertThat(decisions).isEmpty();
    log.flush();
    assertThat(statuses).containsExactly(ReleaseStatus.RELEASED);
    assertThat(decisions).hasSize(1);
  }

  @Test
  void renewalThatPromisesNoMoreThanIsDurableIsToldAtOnce() {
    LeaseId held = granted();
    Asked pending = driver.acquire(job("b"), decisions::add);
    List<Renewal> renewals = new ArrayList<>();
    driver.renew(List.of(held), 0, told(renewals));
    assertThat(renewals).hasSize(1);
  }

  @Test
  void nothingIsPromisedOnceTheLogHasFailed() {
    Asked pending = driver.acquire(job("a"), decisions::add);
    log.fail("disk full");
    assertThat(decisions).hasSize(1);
    assertThat(((Decision.Denied) decisions.get(0)).reason())
        .isEqualTo(DenialReason.STORE_UNAVAILABLE);
    assertThat(store.leaseCount()).as("what could not be promised is given back").isZero();
    assertThat(failures).containsExactly("disk full");
    Asked later = driver.acquire(job("b"), decisions::add);
    assertThat(((Decision.Denied) decisions.get(1)).reason())
        .isEqualTo(DenialReason.STORE_UNAVAILABLE);
    assertThat(store.leaseCount()).isZero();
  }

  @Test
  void releaseThatCannotBeKeptIsSaidToBeLostAndRenewalsGoOn() {
    LeaseId held = granted();
    log.fail("disk full");
    List<Renewal> renewals = new ArrayList<>();
    driver.renew(List.of(held), 0, told(renewals));
    assertThat(renewals).hasSize(1);
    List<String> lost = new ArrayList<>();
    driver.release(
        List.of(Release.of(held, Outcome.SUCCESS)),
        new Told<>() {
          @Override
          public void done(List<ReleaseStatus> what) {
            throw new AssertionError("cannot be promised");
          }

          @Override
          public void lost(String problem) {
            lost.add(problem);
          }
        });
    assertThat(lost).containsExactly("disk full");
  }

  @Test
  void callThatIsCancelledBeforeItsGrantIsDurableHoldsNothing() {
    Asked asked = driver.acquire(job("a"), decisions::add);
    asked.cancel();
    assertThat(store.leaseCount()).isZero();
    log.flush();
    LeaseId next = granted();
    assertThat(next).isNotNull();
  }

  private LeaseId granted() {
    List<Decision> told = new ArrayList<>();
    Asked unused = driver.acquire(Acquire.of(Demand.of("jobs")), told::add);
    log.flush();
    return ((Decision.Granted) told.get(0)).leaseId();
  }

  private static Acquire job(String request) {
    return Acquire.builder(Demand.of("jobs")).clientId("c").requestId(request).build();
  }

  private static <T> Told<List<T>> told(List<T> done) {
    return new Told<>() {
      @Override
      public void done(List<T> what) {
        done.addAll(what);
      }

      @Override
      public void lost(String problem) {
        throw new AssertionError(problem);
      }
    };
  }
}
