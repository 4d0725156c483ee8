package io.sluice.engine.store.shared;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.BucketKey;
import io.sluice.engine.limit.Limit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.limit.Sharing;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.Demand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Permits of a rate that processes take ahead. */
class SliceTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static Limit api(long rate, long burst, long slice) {
    return Limit.of("api", "api", SharedWorld.rate(rate, SECOND, burst))
        .withSharing(Sharing.DEFAULT.withSlice(slice));
  }

  private static long left(SharedWorld world, Limit limit) {
    Account account =
        new Account.Tokens(
            Accounts.name(limit, BucketKey.NONE),
            ((Policy.Rate) limit.policy()).scale().inMicros(Accounts.MAX_UNITS));
    Posted posted =
        world
            .ledger()
            .state()
            .post(
                "by hand",
                new Posting(
                    List.of(),
                    List.of(new Posting.Take(account, 1, 0, true, false)),
                    false,
                    false,
                    null,
                    null),
                world.now(),
                any -> {});
    return ((Posted.Done) posted).readings().get(0).remaining();
  }

  @Test
  void boundHoldsInAnyWindow_i2() {
    for (long seed = 1; seed <= 5; seed++) {
      long burst = 50;
      long rate = 100;
      long slice = 40;
      int processes = 3;
      SharedWorld world = SharedWorld.seeded(seed, processes, api(rate, burst, slice));
      world.ledger().delay(Duration.ofMillis(3));
      SplittableRandom random = new SplittableRandom(seed);
      List<SharedWorld.Call> calls = new ArrayList<>();
      for (int step = 0; step < 20_000; step++) {
        SharedWorld.Process process = world.process(random.nextInt(processes));
        calls.add(process.call(Acquire.of(Demand.of("api", 1 + random.nextInt(3)))));
        world.pass(Duration.ofMillis(random.nextInt(step / 1_000 % 2 == 0 ? 4 : 40)));
        long out =
            world.processes().stream()
                .mapToLong(one -> one.store().statistics().sliceTokens())
                .sum();
        assertThat(out).isLessThanOrEqualTo(processes * slice);
      }
      world.pass(SECOND);
      double worst = Double.NEGATIVE_INFINITY;
      double level = 0; // a bucket that is emptied at rate: its peak is the worst excess over r·W
      long last = 0;
      calls.sort((a, b) -> Long.compare(a.answeredNanos(), b.answeredNanos()));
      for (SharedWorld.Call call : calls) {
        if (call.isGranted()) {
          level = Math.max(0, level - (call.answeredNanos() - last) * 1e-9 * rate);
          level += call.permits();
          last = call.answeredNanos();
          worst = Math.max(worst, level);
        }
      }
      double bound = burst + processes * slice + rate * 0.01; // answers come up to 6 ms late
      System.out.printf("slices, seed %d: worst excess %.0f, bound %.0f%n", seed, worst, bound);
      assertThat(worst).isLessThanOrEqualTo(bound);
    }
  }

  @Test
  void requestWithAnIdIsGivenOutTooAndItsRetryTakesNothing() {
    SharedWorld world = SharedWorld.of(1, api(1_000, 1_000, 200));
    world.ledger().delay(Duration.ofMillis(1));
    for (int tick = 0; tick < 200; tick++) {
      world.process(0).call("api");
      world.pass(Duration.ofMillis(10));
    }
    long out = world.process(0).store().statistics().sliceTokens();
    assertThat(out).isGreaterThan(1);
    Acquire acquire =
        Acquire.builder(Demand.of("api")).clientId("c").requestId("as clients do").build();
    assertThat(world.process(0).call(acquire).isGranted()).as("at once").isTrue();
    assertThat(world.process(0).store().statistics().sliceTokens()).isEqualTo(out - 1);
    assertThat(world.process(0).call(acquire).isGranted()).as("again").isTrue();
    assertThat(world.process(0).store().statistics().sliceTokens()).isEqualTo(out - 1);
  }

  @Test
  void fewPostingsForManyAcquires_f4() {
    int processes = 20;
    SharedWorld world = SharedWorld.of(processes, api(1_000, 1_000, 200));
    world.ledger().delay(Duration.ofMillis(1));
    int asked = 0;
    long before = 0;
    int granted = 0;
    List<SharedWorld.Call> calls = new ArrayList<>();
    for (int tick = 0; tick < 1_000; tick++) {
      if (tick == 500) {
        before = world.processes().stream().mapToLong(one -> one.view().postings()).sum();
        calls.clear();
      }
      for (int i = 0; i < 8; i++) {
        calls.add(world.process((tick * 8 + i) % processes).call("api"));
        asked += tick >= 500 ? 1 : 0;
      }
      world.pass(Duration.ofMillis(10));
    }
    granted = (int) calls.stream().filter(SharedWorld.Call::isGranted).count();
    long postings =
        world.processes().stream().mapToLong(one -> one.view().postings()).sum() - before;
    double perAcquire = (double) postings / asked;
    System.out.printf("slices: %.3f postings per acquire at 0.8 load%n", perAcquire);
    assertThat(granted).isEqualTo(asked);
    assertThat(perAcquire).isLessThanOrEqualTo(0.05);
  }

  @Test
  void unspentComesBackWhenIdleAndOnCloseAndNotByExpiry_i29() {
    Limit api = api(1, 100, 50);
    SharedWorld world = SharedWorld.of(1, api);
    for (int i = 0; i < 10; i++) {
      assertThat(world.process(0).ask("api")).isInstanceOf(Decision.Granted.class);
    }
    long out = world.process(0).store().statistics().sliceTokens();
    assertThat(out).isPositive();
    assertThat(left(world, api)).isEqualTo(90 - out);
    world.pass(Duration.ofMillis(1_100));
    assertThat(world.process(0).store().statistics().sliceTokens()).isZero();
    assertThat(left(world, api)).as("and one that accrued").isEqualTo(91);
    for (int i = 0; i < 5; i++) {
      world.process(0).ask("api");
    }
    assertThat(world.process(0).store().statistics().sliceTokens()).isPositive();
    world.process(0).store().close(world.now());
    world.settle();
    assertThat(left(world, api)).isEqualTo(86);
    for (int i = 0; i < 5; i++) {
      world.process(0).ask("api");
    }
    out = world.process(0).store().statistics().sliceTokens();
    long before = left(world, api);
    world.process(0).die();
    world.pass(Duration.ofSeconds(3));
    assertThat(left(world, api)).as("lost with the process").isEqualTo(before + 3);
    assertThat(out).isPositive();
  }

  @Test
  void sliceIsWorthNothingWhenItsTimeIsOver() {
    Limit api = api(1, 100, 50);
    SharedWorld world = SharedWorld.of(1, api);
    for (int i = 0; i < 20; i++) {
      world.process(0).ask("api");
    }
    assertThat(world.process(0).store().statistics().sliceTokens()).isPositive();
    world.ledger().up(false);
    world.settle();
    Slice slice =
        ((SharedSpending)
                world
                    .process(0)
                    .store()
                    .bucket(world.process(0).limit("api"), BucketKey.NONE, world.now()))
            .slice();
    assertThat(slice.left(world.now())).isPositive();
    assertThat(slice.left(world.now() + Duration.ofSeconds(10).toNanos())).isZero();
  }

  @Test
  void refusalIsRememberedUntilItsTime() {
    SharedWorld world = SharedWorld.of(1, api(1, 2, 2));
    world.process(0).ask(Acquire.of(Demand.of("api", 2)));
    Decision.Denied first = (Decision.Denied) world.process(0).ask("api");
    long postings = world.process(0).view().postings();
    for (int i = 0; i < 100; i++) {
      Decision.Denied denied = (Decision.Denied) world.process(0).ask("api");
      assertThat(denied.waitNanos()).isEqualTo(first.waitNanos());
    }
    assertThat(world.process(0).view().postings() - postings).isLessThan(3);
    world.pass(Duration.ofNanos(first.waitNanos()));
    assertThat(world.process(0).ask("api")).isInstanceOf(Decision.Granted.class);
  }
}
