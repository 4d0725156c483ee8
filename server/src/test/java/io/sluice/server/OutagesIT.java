package io.sluice.server;

import static io.sluice.server.OutageFleet.BURST;
import static io.sluice.server.OutageFleet.PERMITS_PER_SECOND;
import static io.sluice.server.OutageFleet.SEATS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.OnLoss;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.DenialReason;
import io.sluice.server.OutageHistory.LimitOf;
import io.sluice.server.OutageHistory.Look;
import io.sluice.server.OutageHistory.Renewed;
import io.sluice.server.redis.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What callers see of the losses and outages of Redis. Each fault happens to one server and to
 * three at once, in groups of their own on one Redis, with each way to bear a loss. {@code
 * -Dsluice.outage=60} for outages of a minute.
 */
class OutagesIT {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** By when everything is as before. */
  private static final long RECOVERY = 3 * SECOND;

  private static final long MEASURED = 3 * SECOND / 2;

  /** A machine that lets even callers wait for so long says nothing about servers: once more. */
  private static final long LATE = SECOND / 4;

  private static final int TRIES = 3;

  /** What was found, and by how much callers asked later than they were to. */
  private record Outcome(SoftAssertions softly, long latestNanos) {}

  /** When what happened. */
  private record Times(long begun, long struck, long back, long ended) {}

  @BeforeAll
  static void warm() throws Exception {
    try (RedisServer redis = RedisServer.start();
        OutageFleet fleet = OutageFleet.start(1, redis.url())) {
      fleet.warm();
    }
  }

  @ParameterizedTest
  @EnumSource
  void callersSeeNoMoreThanIsStated(OutageFault fault) throws Exception {
    // A caller that came late is seen by itself; a Redis that stood still is not.
    Patience.untilUndisturbed(
        () -> {
          Outcome outcome = strike(fault);
          for (int i = 1; i < TRIES && outcome.latestNanos() > LATE; i++) {
            outcome = strike(fault);
          }
          outcome.softly().assertAll();
        });
  }

  private static Outcome strike(OutageFault fault) throws Exception {
    long latest;
    SoftAssertions softly = new SoftAssertions();
    try (RedisServer redis = fault.start()) {
      boolean isAbsent = fault == OutageFault.ABSENT_AT_START;
      if (isAbsent) {
        redis.kill();
      }
      try (OutageFleet one = OutageFleet.start(1, redis.url());
          OutageFleet three = OutageFleet.start(3, redis.url())) {
        List<OutageFleet> fleets = List.of(one, three);
        TimeUnit.MILLISECONDS.sleep(isAbsent ? 0 : 1_200); // heartbeats tell how many they are
        fleets.forEach(OutageFleet::prepare);
        long begun = System.nanoTime();
        fleets.forEach(OutageFleet::begin);
        TimeUnit.MILLISECONDS.sleep(isAbsent ? 0 : 1_000);
        List<CompletableFuture<Long>> waiters =
            fault == OutageFault.OUTAGE
                ? fleets.stream().map(OutagesIT::waiter).toList()
                : List.of();
        long struck = System.nanoTime();
        long back = fault.strike(redis);
        TimeUnit.NANOSECONDS.sleep(RECOVERY + MEASURED);
        for (OutageFleet fleet : fleets) {
          fleet.end();
        }
        Times times = new Times(begun, struck, back, System.nanoTime());
        for (CompletableFuture<Long> waiter : waiters) {
          softly.assertThat(waiter.get(1, TimeUnit.SECONDS)).isLessThan(back + RECOVERY);
        }
        fleets.forEach(fleet -> new Row(softly, fault, fleet, times).check());
        latest = Math.max(one.latestNanos(), three.latestNanos());
      }
    }
    return new Outcome(softly, latest);
  }

  /** Returns when one was served who waits for as long as it takes. */
  private static CompletableFuture<Long> waiter(OutageFleet fleet) {
    CompletableFuture<Long> served = new CompletableFuture<>();
    long patience = TimeUnit.SECONDS.toMillis(OutageFault.SECONDS + 4);
    TimeUnit unit = TimeUnit.MILLISECONDS;
    CompletableFuture.delayedExecutor(1_500, unit)
        .execute(
            () ->
                fleet.waiter(
                    new LimitOf(false, OnLoss.FAIL_CLOSED),
                    patience,
                    (AcquireResponse response) -> {
                      assertThat(response.hasGrant()).isTrue();
                      served.complete(System.nanoTime());
                    }));
    return served;
  }

  /** What one fault was to one fleet. */
  private static final class Row {
    private final SoftAssertions softly;
    private final OutageFault fault;
    private final OutageFleet fleet;
    private final OutageHistory history;
    private final Times times;

    /** When all servers have noticed, and when all are in reach again; -1 = never. */
    private final long away;

    private final long reached;

    Row(SoftAssertions softly, OutageFault fault, OutageFleet fleet, Times times) {
      this.softly = softly;
      this.fault = fault;
      this.fleet = fleet;
      this.times = times;
      history = fleet.history();
      away = history.firstAllNanos(fleet.size(), times.struck, look -> !look.isReachable());
      reached = history.firstAllNanos(fleet.size(), times.back, Look::isReachable);
    }

    void check() {
      checkCalls();
      checkReach();
      for (LimitOf limit : OutageFleet.limits()) {
        if (limit.isSeats()) {
          checkSeats(limit);
        } else {
          checkRate(limit);
        }
      }
    }

    private String what(LimitOf limit) {
      return fault + " n=" + fleet.size() + " " + limit.resource();
    }

    private void checkCalls() {
      softly.assertThat(history.errors()).as("%s errors", fault).isEmpty();
      System.out.printf(
          "%-17s n=%d reachable again after %4d ms, learning %4d ms, slowest %4d ms, machine late %3d ms%n",
          fault,
          fleet.size(),
          (reached - times.back) / 1_000_000,
          learningNanos() / 1_000_000,
          history.slowestNanos() / 1_000_000,
          fleet.latestNanos() / 1_000_000);
    }

    private long recovering(LimitOf limit) {
      return history.denied(limit, DenialReason.DENIAL_REASON_RECOVERING);
    }

    private long learningNanos() {
      long[] learning =
          history.looks().filter(Look::isLearning).mapToLong(Look::atNanos).sorted().toArray();
      return learning.length == 0 ? 0 : learning[learning.length - 1] - learning[0];
    }

    private void checkReach() {
      softly.assertThat(reached - times.back).as("%s reachable", fault).isBetween(0L, RECOVERY);
      if (fault.isAway()) {
        softly.assertThat(away).as("%s noticed", fault).isBetween(times.begun, times.back);
      }
      long unsettled =
          history
              .looks()
              .filter(look -> look.atNanos() > times.back + RECOVERY)
              .filter(look -> !look.isReachable() || look.isLearning())
              .count();
      softly.assertThat(unsettled).as("%s unsettled", fault).isZero();
      if (fault.isAnotherGeneration() && fleet.size() > 1) {
        softly.assertThat(learningNanos()).as("%s learning", fault).isPositive();
        long recovering = OutageFleet.limits().stream().mapToLong(this::recovering).sum();
        softly.assertThat(recovering).as("%s recovering", fault).isPositive();
      }
    }

    private void checkRate(LimitOf limit) {
      long granted = history.granted(limit, times.begun, times.ended);
      long bound = rateBound(limit);
      long from = times.back + RECOVERY;
      long after = history.answeredWithGrant(limit, from, from + MEASURED);
      long due = PERMITS_PER_SECOND * MEASURED / SECOND;
      List<String> row = new ArrayList<>();
      row.add(String.format("granted %4d <= %4d", granted, bound));
      row.add(String.format("after %3d of %3d", after, due));
      softly.assertThat(granted).as(what(limit)).isLessThanOrEqualTo(bound);
      softly
          .assertThat(after)
          .as(what(limit) + " after")
          .isBetween(due * 3 / 4, due + BURST + fallbackGrantsAfter(limit));
      if (fault.isAway() && away > 0) {
        row.add(checkAway(limit));
      } else {
        row.add(checkBriefly(limit));
      }
      print(limit, row);
    }

    private void print(LimitOf limit, List<String> row) {
      System.out.printf(
          "%-17s n=%d %-17s %s%n", fault, fleet.size(), limit.resource(), String.join("; ", row));
    }

    private long rateBound(LimitOf limit) {
      double counted = BURST + permitsIn(times.ended - times.begun);
      if (fault.isLoss()) {
        counted += BURST;
      }
      if (limit.onLoss() == OnLoss.FAIL_OPEN) {
        counted +=
            fault.isAway()
                ? history.granted(limit, times.struck, reached)
                : history.fallbackGrants(fleet.size(), times.begun);
      } else if (limit.onLoss() == OnLoss.LOCAL_SHARE && isAbsent()) {
        counted += (fleet.size() - 1) * (BURST + permitsIn(reached - times.begun));
      }
      return (long) counted;
    }

    /** Redis may be late on a busy machine, and a limit that fails open then grants uncounted. */
    private long fallbackGrantsAfter(LimitOf limit) {
      return limit.onLoss() == OnLoss.FAIL_OPEN
          ? history.fallbackGrants(fleet.size(), times.back + RECOVERY - SECOND)
          : 0;
    }

    private boolean isAbsent() {
      return fault == OutageFault.ABSENT_AT_START;
    }

    private static double permitsIn(long nanos) {
      return (double) PERMITS_PER_SECOND * nanos / SECOND;
    }

    /** What is granted while all servers know that Redis is away. */
    private String checkAway(LimitOf limit) {
      long granted = history.granted(limit, away, times.back);
      List<DenialReason> denied =
          history
              .asks(limit)
              .filter(ask -> !ask.isPatient() && !ask.isGranted())
              .filter(ask -> ask.isWithin(away, times.back))
              .map(OutageHistory.Ask::denied)
              .distinct()
              .toList();
      if (limit.onLoss() == OnLoss.FAIL_CLOSED) {
        softly.assertThat(granted).as(what(limit) + " away").isZero();
        softly
            .assertThat(denied)
            .as(what(limit) + " away")
            .containsExactly(DenialReason.DENIAL_REASON_STORE_UNAVAILABLE);
        return "away none";
      }
      softly.assertThat(granted).as(what(limit) + " away").isPositive();
      if (limit.onLoss() == OnLoss.FAIL_OPEN) {
        softly.assertThat(denied).as(what(limit) + " away").isEmpty();
        return "away " + granted;
      }
      int known = isAbsent() ? 1 : fleet.size();
      double bound = (double) fleet.size() / known * (BURST + permitsIn(times.back - times.struck));
      if (!limit.isSeats()) {
        softly.assertThat((double) granted).as(what(limit) + " away").isLessThanOrEqualTo(bound);
      }
      return String.format("away %d <= %.0f", granted, bound);
    }

    /** A fault after which Redis is there at once is not seen for long. */
    private String checkBriefly(LimitOf limit) {
      long longest =
          history.longestNanos(limit, fleet.size(), DenialReason.DENIAL_REASON_STORE_UNAVAILABLE);
      softly.assertThat(longest).as(what(limit) + " unavailable").isLessThan(SECOND);
      return String.format(
          "unavailable %d, at once for %d ms",
          history.denied(limit, DenialReason.DENIAL_REASON_STORE_UNAVAILABLE), longest / 1_000_000);
    }

    private void checkSeats(LimitOf limit) {
      int most = history.mostHeld(limit, times.begun, times.ended);
      int bound = seatBound(limit);
      long from = times.back + RECOVERY;
      int after = history.mostHeld(limit, from, from + MEASURED);
      long again = history.granted(limit, from, from + MEASURED);
      List<String> row = new ArrayList<>();
      row.add("held " + most + " <= " + (bound == Integer.MAX_VALUE ? "-" : bound));
      row.add("after " + after + " <= " + SEATS + ", granted " + again);
      softly.assertThat(most).as(what(limit)).isLessThanOrEqualTo(bound);
      softly
          .assertThat((long) after)
          .as(what(limit) + " after")
          .isLessThanOrEqualTo(SEATS + fallbackGrantsAfter(limit));
      softly.assertThat(again).as(what(limit) + " after").isPositive();
      if (fault.isAway() && away > 0 && limit.onLoss() == OnLoss.FAIL_CLOSED) {
        row.add(checkAway(limit));
      }
      row.add("recovering " + recovering(limit));
      row.add(checkRenewals(limit));
      print(limit, row);
    }

    /** Seats of the share are given beside those that others hold; each of them gives C/N. */
    private int seatBound(LimitOf limit) {
      if (limit.onLoss() == OnLoss.FAIL_OPEN) {
        return fault == OutageFault.SCRIPTS_FORGOTTEN ? SEATS : Integer.MAX_VALUE;
      }
      if (limit.onLoss() == OnLoss.FAIL_CLOSED || fault == OutageFault.SCRIPTS_FORGOTTEN) {
        return SEATS;
      }
      return isAbsent()
          ? SEATS * fleet.size()
          : SEATS + (fleet.size() - 1) * (SEATS / fleet.size());
    }

    private String checkRenewals(LimitOf limit) {
      List<Renewed> renewals = history.renewals(limit).toList();
      softly
          .assertThat(renewals.stream().map(Renewed::status).distinct())
          .as(what(limit) + " renewals")
          .allMatch("RENEW_STATUS_RENEWED"::equals);
      if (!isAbsent() || limit.onLoss() != OnLoss.FAIL_CLOSED) {
        long late = renewals.stream().filter(r -> r.atNanos() > times.back + RECOVERY).count();
        softly.assertThat(late).as(what(limit) + " renewed after").isPositive();
      }
      return "renewed " + renewals.size();
    }
  }
}
