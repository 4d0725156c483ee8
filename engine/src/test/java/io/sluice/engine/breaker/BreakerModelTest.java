package io.sluice.engine.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.breaker.Breaker.State;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I-28, whatever becomes of outcomes: lost, told twice, told late, or saying nothing. */
class BreakerModelTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int RUNS = 400;
  private static final int STEPS = 2_000;

  /** What becomes of every outcome of a run. */
  enum Fate {
    TOLD,
    NEVER_TOLD,
    LOST,
    IGNORED,
    NOT_STARTED,
    TWICE,
    LATE,
    ANY
  }

  @ParameterizedTest
  @EnumSource(Fate.class)
  void halfOpenAdmitsNoMoreThanItsProbesAndEndsInTime(Fate fate) {
    int opened = 0;
    int halfOpened = 0;
    for (int seed = 0; seed < RUNS / 4; seed++) {
      Run run = new Run(seed, fate);
      for (int step = 0; step < STEPS; step++) {
        run.step();
      }
      opened += run.breaker.snapshot(run.now).opened() > 0 ? 1 : 0;
      halfOpened += run.halfOpened;
    }
    if (fate != Fate.NEVER_TOLD
        && fate != Fate.LOST
        && fate != Fate.IGNORED
        && fate != Fate.NOT_STARTED) {
      assertThat(opened).isGreaterThan(RUNS / 8);
    }
    assertThat(halfOpened).isGreaterThan(RUNS / 8);
  }

  @Test
  void askingMoreOftenOrRestartingChangesNothing() {
    for (int seed = 0; seed < RUNS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      BreakerRules rules = rules(random);
      long now = random.nextLong(-1L << 40, 1L << 40);
      Breaker seldom = new Breaker(rules, new SplittableRandom(seed), now);
      SplittableRandom chance = new SplittableRandom(seed);
      Breaker often = new Breaker(rules, chance, now);
      List<Long> tickets = new ArrayList<>();
      for (int step = 0; step < STEPS / 4; step++) {
        long from = now;
        now += gap(random, rules);
        for (long at = from; at < now; at += Math.max(1, (now - from) / 3)) {
          often.peek(at);
          often.snapshot(at);
          if (often.snapshot(at).state() != State.CLOSED) {
            often = Breaker.restored(often.save(at), rules, chance, at);
          }
        }
        if (random.nextBoolean()) {
          long ticket = seldom.tryStart(now);
          assertThat(often.tryStart(now)).as("seed %d step %d", seed, step).isEqualTo(ticket);
          if (ticket != Breaker.REFUSED) {
            tickets.add(ticket);
          }
        } else if (!tickets.isEmpty()) {
          long ticket = tickets.get(random.nextInt(tickets.size()));
          Result result = Result.values()[random.nextInt(4)];
          seldom.ended(ticket, result, -1, now);
          often.ended(ticket, result, -1, now);
        }
        assertThat(often.snapshot(now))
            .as("seed %d step %d", seed, step)
            .isEqualTo(seldom.snapshot(now));
      }
    }
  }

  private static BreakerRules rules(SplittableRandom random) {
    long open = random.nextLong(1, 20) * SECOND;
    return BreakerRules.DEFAULT
        .withWindow(random.nextLong(1, 30) * SECOND, random.nextInt(1, 10))
        .withFailurePercent(random.nextInt(1, 101))
        .withSlow(random.nextInt(0, 101), SECOND)
        .withOpen(open, open * random.nextInt(1, 10))
        .withProbes(random.nextInt(1, 8), random.nextLong(1, 40) * SECOND)
        .withConsecutiveFailures(random.nextInt(0, 6));
  }

  private static long gap(SplittableRandom random, BreakerRules rules) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong(rules.openNanos() + 1);
      case 1 -> random.nextLong(rules.probeTtlNanos() + 1);
      case 2 -> random.nextLong(SECOND);
      default -> random.nextInt(5) == 0 ? 0 : random.nextLong(SECOND / 10);
    };
  }

  /** One breaker, its callers, and what has been seen of it from outside. */
  private static final class Run {
    private final SplittableRandom random;
    private final Fate fate;
    private final BreakerRules rules;
    private final Breaker breaker;
    private final List<Long> working = new ArrayList<>();
    private final List<Long> over = new ArrayList<>();
    private final List<Long> places = new ArrayList<>(); // of this half-open time
    private long now;
    private long firstProbeAt;
    private int halfOpened;
    private long transitions;
    private int probesBegun; // in this half-open time

    Run(int seed, Fate fate) {
      this.random = new SplittableRandom(seed);
      this.fate = fate;
      this.rules = rules(random);
      this.now = random.nextLong(-1L << 40, 1L << 40);
      this.breaker = new Breaker(rules, new SplittableRandom(seed), now);
      long ticket = breaker.tryStart(now);
      for (int i = 0; i < 1000 && fate != Fate.TOLD; i++) {
        breaker.ended(ticket, Result.FAILURE, 2 * SECOND, now); // these fates never open it
      }
    }

    void step() {
      now += gap(random, rules);
      breaker.advance(now);
      look();
      if (random.nextInt(3) > 0) {
        start();
      } else if (!working.isEmpty()) {
        end(random.nextInt(working.size()));
      }
      look();
    }

    private void start() {
      Permission permission = breaker.peek(now);
      State before = breaker.snapshot(now).state();
      long retryAt = breaker.retryAtNanos(now);
      long ticket = breaker.tryStart(now);
      assertThat(permission == Permission.REFUSED).isEqualTo(ticket == Breaker.REFUSED);
      assertThat(permission == Permission.PROBE).isEqualTo(Breaker.isProbe(ticket));
      switch (before) {
        case CLOSED -> assertThat(permission).isEqualTo(Permission.ADMITTED);
        case OPEN -> assertThat(permission).isEqualTo(Permission.REFUSED);
        case HALF_OPEN -> assertThat(permission).isNotEqualTo(Permission.ADMITTED);
      }
      if (ticket == Breaker.REFUSED) {
        assertThat(retryAt).isGreaterThan(now).isEqualTo(breaker.nextNanos());
        return;
      }
      working.add(ticket);
      if (Breaker.isProbe(ticket)) {
        firstProbeAt = probesBegun == 0 ? now : firstProbeAt;
        probesBegun++;
        places.add(ticket);
        assertThat(places).as("places taken").hasSizeLessThanOrEqualTo(rules.probes());
      }
    }

    private void end(int index) {
      long ticket = working.get(index);
      Fate of = fate == Fate.ANY ? Fate.values()[random.nextInt(Fate.values().length)] : fate;
      Result told = random.nextInt(3) == 0 ? Result.SUCCESS : Result.FAILURE;
      working.remove(index);
      over.add(ticket);
      switch (of) {
        case NEVER_TOLD -> {}
        case LOST -> breaker.ended(ticket, Result.LOST, -1, now);
        case IGNORED -> giveBack(ticket, () -> breaker.ended(ticket, Result.IGNORED, -1, now));
        case NOT_STARTED -> giveBack(ticket, () -> breaker.notStarted(ticket, now));
        case TWICE -> {
          breaker.ended(ticket, told, 0, now);
          tellAgain(ticket);
        }
        case LATE -> {
          long old = over.get(random.nextInt(over.size()));
          if (places.contains(old)) {
            breaker.ended(old, told, 0, now);
          } else {
            tellAgain(old);
          }
        }
        default -> breaker.ended(ticket, told, random.nextLong(2 * SECOND), now);
      }
    }

    private void giveBack(long ticket, Runnable telling) {
      telling.run();
      places.remove(ticket);
    }

    /** An end that was told before, or of an earlier time, changes nothing. */
    private void tellAgain(long ticket) {
      if (Breaker.isProbe(ticket)) {
        BreakerSnapshot before = breaker.snapshot(now);
        breaker.ended(ticket, random.nextBoolean() ? Result.IGNORED : Result.SUCCESS, -1, now);
        assertThat(breaker.snapshot(now)).isEqualTo(before);
      }
    }

    private void look() {
      BreakerSnapshot seen = breaker.snapshot(now);
      assertThat(seen.failureRatio()).isBetween(0.0, 1.0);
      assertThat(seen.slowRatio()).isBetween(0.0, 1.0);
      assertThat(breaker.nextNanos()).isGreaterThan(now);
      State state = seen.state();
      if (breaker.transitions() != transitions) {
        transitions = breaker.transitions();
        halfOpened += state == State.HALF_OPEN ? 1 : 0;
        places.clear();
        probesBegun = 0;
      }
      if (state == State.OPEN) {
        assertThat(seen.retryAtNanos() - seen.sinceNanos())
            .isBetween(rules.openNanos(), rules.maxOpenNanos());
      }
      if (state == State.HALF_OPEN && probesBegun > 0) {
        assertThat(now)
            .as("half-open since the first probe")
            .isLessThan(firstProbeAt + rules.probeTtlNanos());
      }
    }
  }
}
