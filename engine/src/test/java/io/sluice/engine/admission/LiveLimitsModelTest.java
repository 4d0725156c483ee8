package io.sluice.engine.admission;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Match;
import io.sluice.engine.limit.Pause;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.ResourcePattern;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.timer.TimerWheel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Long random runs in which six limits come, go and change under everybody's feet. */
class LiveLimitsModelTest {
  private static final int STEPS = 200_000;
  private static final int RUNS = 4;
  private static final LeaseTerms DELAYED =
      LeaseTerms.DEFAULT.withLockDelayNanos(Duration.ofMillis(700).toNanos());
  private static final String[] RESOURCES = {"a", "b", "c", "d"};
  private static final String[] NAMES = {"l0", "l1", "l2", "l3", "l4", "l5"};
  private static final String[] PATTERNS = {"a", "b", "c", "d", "**", "none"};

  @Test
  void nothingIsLostOrGrantedTwiceInTwoHundredThousandSteps() {
    LongStream.rangeClosed(1, RUNS).forEach(seed -> new Run(seed).steps(STEPS / RUNS).end());
  }

  @Test
  void sameEventsGiveSameAnswers() {
    Run first = new Run(99).steps(5_000);
    assertThat(new Run(99).steps(5_000).trace).isEqualTo(first.trace);
  }

  /** An acquire of the run. */
  private static final class Asker implements Reply {
    final Run run;
    final Acquire acquire;
    final long askedAt;
    @Nullable Ticket ticket;
    @Nullable Decision decision;
    long admissibleSince = -1;

    Asker(Run run, Acquire acquire) {
      this.run = run;
      this.acquire = acquire;
      this.askedAt = run.engine.now();
    }

    @Override
    public void decided(Decision answer) {
      assertThat(decision).as("answered once").isNull();
      decision = answer;
      run.trace.add(run.step + " " + answer);
      if (answer instanceof Decision.Granted granted && granted.leaseId() != null) {
        run.granted(granted.leaseId());
      }
    }
  }

  private static final class Run {
    final SplittableRandom random;
    final EngineFixture engine = EngineFixture.of();
    final List<Asker> waiting = new ArrayList<>();
    final List<Asker> resuming = new ArrayList<>();
    final List<LeaseId> held = new ArrayList<>();
    final List<String> trace = new ArrayList<>();
    int step;

    Run(long seed) {
      random = new SplittableRandom(seed);
    }

    Run steps(int count) {
      for (step = 0; step < count; step++) {
        boolean changed = act();
        waiting.removeIf(asker -> asker.decision != null);
        resuming.removeIf(asker -> asker.decision != null);
        List<Asker> all = new ArrayList<>(waiting);
        all.addAll(resuming);
        for (Asker asker : all) {
          assertThat(asker.askedAt + asker.acquire.maxWaitNanos() + 2 * TimerWheel.TICK_NANOS)
              .as("I-20: step %d: a wait ends in time", step)
              .isGreaterThan(engine.now());
        }
        requireNoneAdmissible(changed);
        if (changed || step % 50 == 0) {
          engine.check();
        }
      }
      return this;
    }

    void end() {
      for (Pause pause : engine.engine().pauses()) {
        engine.engine().resume(pause.resource(), engine.now());
      }
      engine.pass(Duration.ofDays(1));
      waiting.removeIf(asker -> asker.decision != null);
      resuming.removeIf(asker -> asker.decision != null);
      assertThat(waiting).as("I-20: everybody is answered").isEmpty();
      assertThat(resuming).as("I-20: everybody is answered").isEmpty();
      assertThat(engine.engine().store().leases()).isEmpty();
      assertThat(engine.waiting()).isZero();
      engine.check();
      for (Snapshot.ByLimit limit : engine.engine().snapshot(engine.now()).limits()) {
        assertThat(limit.usage().used()).isZero();
        assertThat(limit.counts().leases()).isZero();
        assertThat(limit.counts().waiting()).isZero();
      }
      assertThat(trace).anyMatch(line -> line.contains("reason=PAUSED"));
      assertThat(trace).anyMatch(line -> line.contains("reason=SHED"));
      assertThat(trace).anyMatch(line -> line.contains("reason=EXCEEDS_LIMIT"));
    }

    /** Returns whether something was changed that an administrator changes. */
    private boolean act() {
      AdmissionEngine target = engine.engine();
      long now = engine.now();
      int choice = random.nextInt(100);
      if (choice < 40) {
        acquire();
      } else if (choice < 62) {
        release();
      } else if (choice < 65) {
        cancel(random.nextInt(4) == 0 ? resuming : waiting);
      } else if (choice < 70) {
        suspendOrResume();
      } else if (choice < 88) {
        engine.passNanos(random.nextLong(random.nextInt(20) == 0 ? 5_000_000_000L : 40_000_000L));
      } else if (choice < 94) {
        target.putLimit(limit(), now);
      } else if (choice < 95) {
        target.deleteLimit(pick(NAMES), now);
      } else if (choice < 96) {
        target.resetLimit(pick(NAMES), now);
      } else if (choice < 97) {
        target.pause(
            new Pause(ResourcePattern.parse(pick(PATTERNS)), "", random.nextBoolean()), now);
      } else if (choice < 99) {
        target.resume(ResourcePattern.parse(pick(PATTERNS)), now);
      } else {
        purge();
      }
      return choice >= 88;
    }

    private void acquire() {
      List<Demand> demands = new ArrayList<>();
      for (int i = random.nextInt(2); i >= 0; i--) {
        demands.add(
            Demand.of(pick(RESOURCES), 1 + random.nextInt(2))
                .withAttributes(Map.of("tenant", "t" + random.nextInt(2))));
      }
      Acquire.Builder builder =
          Acquire.builder(demands)
              .clientId("c" + random.nextInt(3))
              .wantLease(random.nextInt(3) == 0)
              .ttlNanos(Duration.ofSeconds(1 + random.nextInt(5)).toNanos());
      if (random.nextInt(3) != 0 && waiting.size() < 16) {
        builder.maxWaitNanos(1 + random.nextLong(10_000_000_000L));
      }
      Lease parent = random.nextInt(4) == 0 ? pickHeld() : null;
      if (parent != null) {
        builder.parent(parent.id()).clientId(parent.claim().acquire().clientId());
      }
      Asker asker = new Asker(this, builder.build());
      asker.ticket = engine.engine().acquire(asker.acquire, asker, engine.now());
      if (asker.decision == null) {
        waiting.add(asker);
      }
    }

    private void suspendOrResume() {
      Lease lease = pickHeld();
      if (lease != null && lease.isSuspended()) {
        long wait = random.nextBoolean() ? 0 : 1 + random.nextLong(10_000_000_000L);
        Asker asker = new Asker(this, Acquire.builder(Demand.of("any")).maxWaitNanos(wait).build());
        asker.ticket = engine.engine().resume(lease.id(), wait, asker, engine.now());
        if (asker.decision == null) {
          resuming.add(asker);
        }
      } else if (lease != null) {
        engine.suspend(lease.id());
      }
    }

    private @Nullable Lease pickHeld() {
      return held.isEmpty()
          ? null
          : engine.engine().store().lease(held.get(random.nextInt(held.size())));
    }

    private void release() {
      if (!held.isEmpty()) {
        LeaseId id = held.remove(random.nextInt(held.size()));
        engine.release(id, random.nextInt(4) == 0 ? Outcome.UNUSED : Outcome.SUCCESS);
      }
    }

    private void cancel(List<Asker> askers) {
      if (!askers.isEmpty()) {
        Asker asker = askers.remove(random.nextInt(askers.size()));
        engine.engine().cancel(asker.ticket, engine.now());
      }
    }

    private void purge() {
      ResourcePattern resource =
          random.nextBoolean() ? ResourcePattern.parse(pick(PATTERNS)) : null;
      String client = resource == null || random.nextBoolean() ? "c" + random.nextInt(3) : "";
      boolean leases = random.nextBoolean();
      List<Purge.Purged> told = new ArrayList<>();
      int before = engine.engine().store().leaseCount();
      engine
          .engine()
          .purge(
              new Purge(resource, "", client, !leases || random.nextBoolean(), leases, ""),
              engine.now(),
              told::add);
      assertThat(told).hasSize(1);
      assertThat(told.get(0).leases()).isLessThanOrEqualTo(before);
    }

    private Limit limit() {
      Policy policy =
          switch (random.nextInt(5)) {
            case 0 ->
                random.nextInt(5) == 0
                    ? rate(0, Duration.ofSeconds(1), 0)
                    : rate(5 + random.nextInt(50), Duration.ofSeconds(1), 1 + random.nextInt(8));
            case 1 -> new Policy.Slots(1 + random.nextInt(6), DELAYED);
            default -> concurrency(1 + random.nextInt(8));
          };
      Limit limit = Limit.of(pick(NAMES), pick(PATTERNS), policy).withQueueMax(8);
      limit = random.nextInt(3) == 0 ? limit.withKey("tenant") : limit;
      return random.nextInt(4) == 0
          ? limit.withMatch(new Match(limit.match().resource(), Map.of("tenant", "t0")))
          : limit;
    }

    /** I-7 and I-10: at the moment of a grant, no bucket that it charges has more than it may. */
    void granted(LeaseId id) {
      held.remove(id);
      held.add(id);
      Lease lease = engine.engine().store().lease(id);
      for (Charge charge : lease.held()) {
        Bucket bucket = charge.bucket();
        if (bucket.limit().limit().policy() instanceof Policy.Rate || charge.isCovered()) {
          continue;
        }
        long used = 0;
        for (Lease live : engine.engine().store().leases()) {
          for (Charge other : live.held()) {
            used += other.bucket() == bucket ? other.taken() : 0;
          }
        }
        assertThat(used)
            .as("I-10: step %d: %s", step, bucket.limit().name())
            .isLessThanOrEqualTo(bucket.limit().limit().policy().capacity());
        assertThat(bucket.limit().isRetired()).isFalse();
      }
    }

    /** I-19: nobody waits whom a newcomer in its place would overtake; tokens take two ticks. */
    private void requireNoneAdmissible(boolean changed) {
      if (!changed && step % 4 != 0) {
        return;
      }
      for (Asker asker : waiting) {
        if (engine.explain(asker.acquire).decision() instanceof Decision.Denied) {
          asker.admissibleSince = -1;
        } else if (asker.admissibleSince < 0 && rated(asker)) {
          asker.admissibleSince = engine.now();
        } else {
          assertThat(rated(asker) ? engine.now() - asker.admissibleSince : Long.MAX_VALUE)
              .as("I-19: step %d: an admissible waiter goes: %s", step, asker.acquire)
              .isLessThanOrEqualTo(2 * TimerWheel.TICK_NANOS);
        }
      }
    }

    private boolean rated(Asker asker) {
      return engine.explain(asker.acquire).limits().stream()
          .anyMatch(limit -> limit.kind() == io.sluice.engine.model.LimitKind.RATE);
    }

    private String pick(String[] from) {
      return from[random.nextInt(from.length)];
    }
  }
}
