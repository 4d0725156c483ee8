package io.sluice.server.redis;

import static io.sluice.server.redis.Party.reading;
import static io.sluice.server.redis.Party.take;
import static io.sluice.server.redis.Party.taking;
import static io.sluice.server.redis.Party.tokens;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Posted;
import io.sluice.engine.store.shared.Posting;
import io.sluice.engine.store.shared.Posting.Change;
import io.sluice.engine.store.shared.Posting.Take;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every ledger on Redis does, wherever that runs. */
abstract class LedgerContract {
  private static final AtomicLong GROUPS = new AtomicLong();
  private static final LeaseId FIRST = new LeaseId(-1, 1);
  private static final LeaseId SECOND = new LeaseId(2, -2);

  private String group;
  private Party party;
  private final List<Party> others = new ArrayList<>();

  /** Returns where the ledger is. */
  abstract RedisSettings settings(String group, String process);

  @BeforeEach
  void joins() {
    group = "g" + GROUPS.incrementAndGet();
    party = Party.join(settings(group, "p1"));
  }

  @AfterEach
  void leaves() {
    others.forEach(Party::close);
    party.close();
  }

  private Party other(String process) {
    Party joined = Party.join(settings(group, process));
    others.add(joined);
    return joined;
  }

  @Test
  void grantsTheBurstThenTellsTheWait() {
    Account account = tokens("t", 1, 3_600_000, 2);
    assertThat(reading(party.take(account, 1)).remaining()).isEqualTo(1);
    assertThat(party.take(account, 1)).isInstanceOf(Posted.Done.class);
    Posted refused = party.take(account, 1);
    assertThat(refused).isInstanceOf(Posted.Refused.class);
    assertThat(reading(refused).waitMicros()).isBetween(3_590_000_000L, 3_600_000_000L);
  }

  @Test
  void bringsTokensBackWithTime() throws Exception {
    Account account = tokens("t", 1000, 1000, 1);
    party.take(account, 1);
    TimeUnit.MILLISECONDS.sleep(5);
    assertThat(party.take(account, 1)).isInstanceOf(Posted.Done.class);
  }

  @Test
  void takesAllOrNothing() {
    Account many = tokens("many", 1, 3_600_000, 10);
    Account few = tokens("few", 1, 3_600_000, 1);
    Posted refused = party.post(taking(take(many, 3, 0), take(few, 3, 0)));
    assertThat(refused).isInstanceOf(Posted.Refused.class);
    List<Posted.Reading> readings = ((Posted.Refused) refused).readings();
    assertThat(readings.get(0)).isEqualTo(new Posted.Reading(true, 10, 0));
    assertThat(readings.get(1).fits()).isFalse();
    assertThat(reading(party.peek(many, 10)).fits()).isTrue();
  }

  @Test
  void leavesOutWhatIsOptionalAndDoesNotFit() {
    Account plain = tokens("plain", 1, 3_600_000, 10);
    Account shadow = tokens("shadow", 1, 3_600_000, 1);
    Posted done = party.post(taking(take(plain, 3, 0), new Take(shadow, 3, 0, true, false)));
    List<Posted.Reading> readings = ((Posted.Done) done).readings();
    assertThat(readings.get(0)).isEqualTo(new Posted.Reading(true, 7, 0));
    assertThat(readings.get(1).fits()).isFalse();
    assertThat(reading(party.peek(shadow, 1)).remaining()).isEqualTo(1);
  }

  @Test
  void leavesWhatSomebodyElseNeeds() {
    Account account = tokens("t", 1, 3_600_000, 10);
    assertThat(party.post(taking(take(account, 3, 8)))).isInstanceOf(Posted.Refused.class);
    assertThat(party.post(taking(take(account, 3, 7)))).isInstanceOf(Posted.Done.class);
    Account seats = new Account.Seats("s", 4);
    Posted refused = party.post(taking(take(new Account.Fixed("f", 4, 1_000_000), 2, 3)));
    assertThat(reading(refused).waitMicros()).isEqualTo(Long.MAX_VALUE);
    assertThat(reading(party.peek(seats, 5)).waitMicros()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void beginsEmptyOnlyIfItDoesNotExist() {
    for (Account account : spent()) {
      Take first = new Take(account, 1, 0, false, true);
      Posted refused = party.post(new Posting(List.of(), List.of(first), true, false, null, null));
      assertThat(refused).as(account.name()).isInstanceOf(Posted.Refused.class);
      assertThat(reading(party.peek(account, 1)).remaining()).as(account.name()).isZero();
      party.change(new Change.Fill(account));
      party.take(account, 1);
      assertThat(party.post(taking(new Take(account, 1, 0, false, true))))
          .as(account.name())
          .isInstanceOf(Posted.Done.class);
    }
  }

  @Test
  void peeksWithoutChangingAnything() {
    for (Account account : spent()) {
      assertThat(reading(party.peek(account, 4))).isEqualTo(new Posted.Reading(true, 4, 0));
      assertThat(reading(party.peek(account, 4)).remaining()).isEqualTo(4);
    }
    assertThat(party.peek(new Account.Seats("s", 4), 4)).isInstanceOf(Posted.Done.class);
  }

  @Test
  void leavesADebtAboveTheBurst() {
    Account account = tokens("t", 1, 3_600_000, 5);
    assertThat(reading(party.take(account, 10)).remaining()).isEqualTo(-5);
    Account other = tokens("u", 1, 3_600_000, 5);
    party.take(other, 1);
    Posted refused = party.take(other, 10);
    assertThat(refused).isInstanceOf(Posted.Refused.class);
    assertThat(reading(refused).waitMicros()).isBetween(3_590_000_000L, 3_600_000_000L);
    assertThat(reading(party.take(other, 11)).waitMicros()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void countsWindows() {
    for (Account account : spent()) {
      assertThat(reading(party.take(account, 3)).remaining()).as(account.name()).isEqualTo(1);
      Posted refused = party.take(account, 2);
      assertThat(refused).as(account.name()).isInstanceOf(Posted.Refused.class);
      assertThat(reading(refused).waitMicros()).isBetween(1L, 4_200_000_000L);
      assertThat(reading(party.take(account, 1)).remaining()).as(account.name()).isZero();
    }
  }

  @Test
  void givesBackAtMostWhatWasTaken() {
    for (Account account : spent()) {
      party.take(account, 3);
      party.change(new Change.GiveBack(account, 2, 0));
      assertThat(reading(party.peek(account, 1)).remaining()).as(account.name()).isEqualTo(3);
      party.change(new Change.GiveBack(account, 100, 0));
      long left = reading(party.peek(account, 1)).remaining();
      assertThat(left).as(account.name()).isEqualTo(account instanceof Account.Sliding ? left : 4);
      party.change(new Change.GiveBack(account, 100, 0));
      assertThat(reading(party.peek(account, 1)).remaining()).as(account.name()).isLessThan(5);
    }
  }

  @Test
  void givesBackOnlyToTheWindowInWhichItWasTaken() throws Exception {
    Account fixed = new Account.Fixed("fixed", 4, 50_000);
    party.take(fixed, 3);
    TimeUnit.MILLISECONDS.sleep(80);
    party.take(fixed, 3);
    party.change(new Change.GiveBack(fixed, 3, 70_000));
    assertThat(reading(party.peek(fixed, 1)).remaining()).isIn(1L, 4L); // 4: it is over as well
  }

  @Test
  void debitsDownToAWholeBurstOfDebt() {
    for (Account account : spent()) {
      party.take(account, 1);
      assertThat(party.change(new Change.Debit(account, 5))).as(account.name()).isZero();
      assertThat(reading(party.peek(account, 1)).remaining()).as(account.name()).isEqualTo(-2);
      assertThat(party.change(new Change.Debit(account, 5))).as(account.name()).isEqualTo(3);
      assertThat(reading(party.peek(account, 1)).remaining()).as(account.name()).isEqualTo(-4);
    }
  }

  @Test
  void fillsWhateverWasOwed() {
    for (Account account : spent()) {
      party.take(account, 4);
      party.change(new Change.Debit(account, 2));
      party.change(new Change.Fill(account));
      assertThat(reading(party.peek(account, 1)).remaining()).as(account.name()).isEqualTo(4);
    }
  }

  @Test
  void calendarsMoveOnButNotBack() {
    long ends = System.currentTimeMillis() + 3_600_000;
    party.take(new Account.Calendar("c", 4, ends), 4);
    Account next = new Account.Calendar("c", 4, ends + 60_000);
    assertThat(reading(party.take(next, 3)).remaining()).isEqualTo(1);
    Posted late = party.take(new Account.Calendar("c", 4, ends), 2);
    assertThat(late).isInstanceOf(Posted.Refused.class);
    assertThat(reading(late).waitMicros()).isGreaterThan(3_600_000_000L);
  }

  @Test
  void holdsSeatsUntilTheyAreDropped() {
    Account.Seats seats = new Account.Seats("s", 3);
    Posted first = party.take(seats, FIRST, 2, 60_000);
    assertThat(reading(first)).isEqualTo(new Posted.Reading(true, 1, 0));
    Posted second = party.take(seats, SECOND, 2, 60_000);
    assertThat(second).isInstanceOf(Posted.Refused.class);
    assertThat(reading(second).waitMicros()).isBetween(59_000_000L, 60_000_000L);
    party.change(new Change.Drop(seats, FIRST));
    party.change(new Change.Drop(seats, FIRST));
    Posted third = party.take(seats, SECOND, 3, 60_000);
    assertThat(((Posted.Done) third).fencingToken())
        .isGreaterThan(((Posted.Done) first).fencingToken())
        .isGreaterThan(System.currentTimeMillis() << 20);
  }

  @Test
  void seatsComeFreeWhenTheirTimeIsOver() throws Exception {
    Account.Seats seats = new Account.Seats("s", 250);
    for (int i = 0; i < 250; i++) {
      party
          .ledger()
          .post(
              new Posting(
                  List.of(new Change.Hold(seats, new LeaseId(7, i), 1, 1000)),
                  List.of(),
                  true,
                  false,
                  null,
                  null),
              posted -> {});
    }
    assertThat(reading(party.peek(seats, 1)).fits()).isFalse();
    TimeUnit.MILLISECONDS.sleep(1050);
    assertThat(party.take(seats, FIRST, 250, 60_000)).isInstanceOf(Posted.Done.class);
  }

  @Test
  void extendsWhatIsHeldStill() throws Exception {
    Account.Seats seats = new Account.Seats("s", 1);
    party.take(seats, FIRST, 1, 150);
    assertThat(party.change(new Change.Extend(seats, FIRST, 60_000))).isEqualTo(1);
    assertThat(party.change(new Change.Extend(seats, SECOND, 60_000))).isZero();
    TimeUnit.MILLISECONDS.sleep(200);
    assertThat(party.take(seats, SECOND, 1, 1)).isInstanceOf(Posted.Refused.class);
    party.change(new Change.Hold(seats, FIRST, 1, 1));
    TimeUnit.MILLISECONDS.sleep(5);
    assertThat(party.change(new Change.Extend(seats, FIRST, 60_000))).isZero();
  }

  @Test
  void holdsWhetherThereIsRoomOrNot() {
    Account.Seats seats = new Account.Seats("s", 2);
    party.change(new Change.Hold(seats, FIRST, 2, 60_000));
    party.change(new Change.Hold(seats, FIRST, 2, 60_000));
    party.change(new Change.Hold(seats, SECOND, 1, 60_000));
    assertThat(reading(party.peek(seats, 1)).remaining()).isEqualTo(-1);
    party.change(new Change.Hold(seats, FIRST, 1, 60_000));
    assertThat(reading(party.peek(seats, 1)).remaining()).isZero();
  }

  @Test
  void aPostingMadeTwiceTakesNoSeatTwice() {
    Account.Seats seats = new Account.Seats("s", 3);
    Account.Tokens tokens = tokens("t", 1, 3_600_000, 5);
    Posting posting =
        new Posting(
            List.of(),
            List.of(take(seats, 2, 0), take(tokens, 1, 0)),
            true,
            false,
            new Posting.Holder(FIRST, 60_000),
            null);
    assertThat(party.post(posting)).isInstanceOf(Posted.Done.class);
    Posted again = party.post(posting);
    assertThat(((Posted.Done) again).readings())
        .containsExactly(new Posted.Reading(true, 1, 0), new Posted.Reading(true, 4, 0));
  }

  @Test
  void buriedLeasesTakeNothing() {
    Account.Seats seats = new Account.Seats("s", 3);
    party.post(Posting.of(List.of(new Change.Bury(FIRST), new Change.Drop(seats, FIRST))));
    Posted late = party.take(seats, FIRST, 1, 60_000);
    assertThat(late).isInstanceOf(Posted.Refused.class);
    party.change(new Change.Hold(seats, FIRST, 1, 60_000));
    assertThat(reading(party.peek(seats, 1)).remaining()).isEqualTo(3);
    assertThat(party.take(seats, SECOND, 1, 60_000)).isInstanceOf(Posted.Done.class);
  }

  @Test
  void aRequestIsGrantedOnce() {
    Account account = tokens("t", 1, 3_600_000, 5);
    Posting first = Party.requesting("r", 7, FIRST, take(account, 2, 0));
    Posted done = party.post(first);
    assertThat(reading(done).remaining()).isEqualTo(3);
    long fence = ((Posted.Done) done).fencingToken();

    Posted same = party.post(Party.requesting("r", 7, SECOND, take(account, 2, 0)));
    assertThat(same).isEqualTo(new Posted.Repeated(List.of(), FIRST, fence, true));
    Posted other = other("p2").post(Party.requesting("r", -7, SECOND, take(account, 2, 0)));
    assertThat(other).isEqualTo(new Posted.Repeated(List.of(), FIRST, fence, false));
    Posted again = party.post(first); // its own answer was lost
    assertThat(((Posted.Done) again).fencingToken()).isEqualTo(fence);
    assertThat(reading(again).remaining()).isEqualTo(3);
  }

  @Test
  void aRefusedOrForgottenRequestMayBeAskedAnew() {
    Account account = tokens("t", 1, 3_600_000, 2);
    assertThat(
            party.post(
                Party.requesting(
                    "r", 7, FIRST, take(account, 3, 0), take(tokens("u", 1, 1000, 1), 3, 0))))
        .isInstanceOf(Posted.Refused.class);
    assertThat(party.post(Party.requesting("r", 7, FIRST, take(account, 1, 0))))
        .isInstanceOf(Posted.Done.class);
    party.change(new Change.Forget("r", SECOND));
    assertThat(party.post(Party.requesting("r", 7, SECOND, take(account, 1, 0))))
        .isInstanceOf(Posted.Repeated.class);
    party.change(new Change.Forget("r", FIRST));
    assertThat(party.post(Party.requesting("r", 7, SECOND, take(account, 1, 0))))
        .isInstanceOf(Posted.Done.class);
  }

  @Test
  void changesAreMadeWhateverBecomesOfTheTakes() {
    Account.Seats seats = new Account.Seats("s", 2);
    Account.Tokens tokens = tokens("t", 1, 3_600_000, 2);
    party.take(seats, FIRST, 2, 60_000);
    Posted refused =
        party.post(
            new Posting(
                List.of(new Change.Drop(seats, FIRST), new Change.Debit(tokens, 5)),
                List.of(take(tokens, 1, 0)),
                true,
                false,
                null,
                null));
    assertThat(((Posted.Refused) refused).changes()).containsExactly(0L, 1L);
    assertThat(reading(party.peek(seats, 2)).fits()).isTrue();
  }

  @Test
  void rulesMayChangeAndNoPermitIsMade() {
    party.take(tokens("t", 1, 3_600_000, 10), 4);
    assertThat(reading(party.peek(tokens("t", 1, 7_200_000, 20), 1)).remaining()).isEqualTo(6);
    assertThat(reading(party.peek(tokens("t", 7, 3_600_000, 5), 1)).remaining()).isEqualTo(5);
    assertThat(reading(party.peek(tokens("t", 0, 1000, 0), 1)).remaining()).isZero();
    assertThat(reading(party.peek(tokens("t", 1, 3_600_000, 10), 1)).remaining()).isZero();
    party.take(new Account.Fixed("f", 10, 3_600_000_000L), 4);
    assertThat(reading(party.peek(new Account.Fixed("f", 3, 7_200_000_000L), 1)).remaining())
        .isEqualTo(-1);
  }

  @Test
  void aHigherRateCountsFromNowOn() throws Exception {
    party.take(tokens("t", 1, 86_400_000, 5), 5);
    Account faster = tokens("t", 1000, 1000, 5);
    assertThat(reading(party.take(faster, 1)).fits()).isFalse();
    TimeUnit.MILLISECONDS.sleep(10);
    assertThat(reading(party.take(faster, 1)).fits()).isTrue();
  }

  @Test
  void answersInTheOrderOfPostings() throws Exception {
    Account account = tokens("t", 1, 3_600_000, 1000);
    List<CompletableFuture<Posted>> answers = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      answers.add(party.begin(taking(take(account, 1, 0))));
    }
    long before = 1000;
    for (CompletableFuture<Posted> answer : answers) {
      if (answer.get(10, TimeUnit.SECONDS) instanceof Posted.Done done) {
        assertThat(done.readings().get(0).remaining()).isLessThan(before);
        before = done.readings().get(0).remaining();
      }
    }
    assertThat(before).isLessThan(1000);
    assertThat(party.ledger().figures().batches()).isLessThan(500);
  }

  @Test
  void waitersGoInTurns() {
    Account.Seats seats = new Account.Seats("s", 1);
    Party second = other("p2");
    Party third = other("p3");
    party.take(seats, FIRST, 1, 60_000);
    second.ledger().watch(seats);
    assertThat(second.post(waiting(seats, new LeaseId(2, 0)))).isInstanceOf(Posted.Refused.class);
    assertThat(third.post(waiting(seats, new LeaseId(3, 0)))).isInstanceOf(Posted.Refused.class);

    party.change(new Change.Drop(seats, FIRST));
    assertThat(poll(second)).isEqualTo("s");
    Posted overtakes = party.take(seats, SECOND, 1, 60_000);
    assertThat(overtakes).isInstanceOf(Posted.Refused.class);
    assertThat(reading(overtakes)).isEqualTo(new Posted.Reading(false, 1, Long.MAX_VALUE));
    assertThat(third.post(waiting(seats, new LeaseId(3, 0)))).isInstanceOf(Posted.Refused.class);
    assertThat(second.post(waiting(seats, new LeaseId(2, 0)))).isInstanceOf(Posted.Done.class);

    // Whoever has gone waits again behind the others.
    assertThat(second.post(waiting(seats, new LeaseId(2, 1)))).isInstanceOf(Posted.Refused.class);
    party.change(new Change.Drop(seats, new LeaseId(2, 0)));
    assertThat(second.post(waiting(seats, new LeaseId(2, 1)))).isInstanceOf(Posted.Refused.class);
    assertThat(third.post(waiting(seats, new LeaseId(3, 0)))).isInstanceOf(Posted.Done.class);
    party.change(new Change.Drop(seats, new LeaseId(3, 0)));
    second.change(new Change.Leave(seats));
    assertThat(party.take(seats, SECOND, 1, 60_000)).isInstanceOf(Posted.Done.class);
  }

  @Test
  void whoIsNotHeardOfLosesItsTurn() throws Exception {
    Account account = tokens("t", 1, 3_600_000, 2);
    Party second = other("p2");
    party.take(account, 1);
    assertThat(second.wait(account, 2)).isInstanceOf(Posted.Refused.class);
    assertThat(party.take(account, 1)).isInstanceOf(Posted.Refused.class);
    TimeUnit.MILLISECONDS.sleep(3200);
    assertThat(party.take(account, 1)).isInstanceOf(Posted.Done.class);
  }

  @Test
  void twoThatWaitAtTwoAccountsDoNotBlockEachOther() {
    Account.Seats left = new Account.Seats("left", 1);
    Account.Seats right = new Account.Seats("right", 1);
    Party second = other("p2");
    party.change(new Change.Hold(left, FIRST, 1, 60_000));
    assertThat(party.post(waiting(left, new LeaseId(1, 0)))).isInstanceOf(Posted.Refused.class);
    party.change(new Change.Hold(right, SECOND, 1, 60_000));
    assertThat(second.post(waiting(right, new LeaseId(2, 0)))).isInstanceOf(Posted.Refused.class);
    party.post(Posting.of(List.of(new Change.Drop(left, FIRST), new Change.Drop(right, SECOND))));

    Posting both1 = waiting(left, right, new LeaseId(1, 1));
    Posting both2 = waiting(left, right, new LeaseId(2, 1));
    assertThat(second.post(both2)).isInstanceOf(Posted.Refused.class);
    assertThat(party.post(both1)).isInstanceOf(Posted.Done.class);
  }

  @Test
  void groupsAndPrefixesDoNotTouchEachOther() {
    Account account = tokens("t", 1, 3_600_000, 2);
    party.take(account, 2);
    try (Party elsewhere = Party.join(settings(group + "x", "p1"))) {
      assertThat(reading(elsewhere.take(account, 1)).remaining()).isEqualTo(1);
      assertThat(elsewhere.health().processes()).isEqualTo(1);
    }
  }

  @Test
  void refusesWhatItCannotCountExactly() {
    Account nanos =
        new Account.Tokens("t", io.sluice.engine.rate.TokenScale.of(7, 1_000_000_007, 1));
    assertThatThrownBy(() -> party.ledger().post(taking(take(nanos, 1, 0)), posted -> {}))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("quantumNanos");
    assertThatThrownBy(
            () ->
                party
                    .ledger()
                    .post(
                        taking(take(new Account.Fixed("f".repeat(5000), 1, 1), 1, 0)),
                        posted -> {}))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining("account.name");
  }

  @Test
  void namesMayHoldAnything() {
    Account odd = tokens("a}{:\u0000\n ü'\"\\ " + "x".repeat(3000), 1, 3_600_000, 2);
    assertThat(reading(party.take(odd, 1)).remaining()).isEqualTo(1);
  }

  static Posting waiting(Account.Seats seats, LeaseId lease) {
    return new Posting(
        List.of(), List.of(take(seats, 1, 0)), true, true, new Posting.Holder(lease, 60_000), null);
  }

  private static Posting waiting(Account.Seats left, Account.Seats right, LeaseId lease) {
    return new Posting(
        List.of(),
        List.of(take(left, 1, 0), take(right, 1, 0)),
        true,
        true,
        new Posting.Holder(lease, 60_000),
        null);
  }

  private static String poll(Party party) {
    try {
      return party.hints().poll(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Accounts of what is spent, each of 4. */
  private static List<Account> spent() {
    return List.of(
        tokens("tokens", 1, 3_600_000, 4),
        new Account.Fixed("fixed", 4, 3_600_000_000L),
        new Account.Sliding("sliding", 4, 3_600_000_000L, 600_000_000L),
        new Account.Calendar("calendar", 4, (System.currentTimeMillis() / 1000 + 3599) * 1000));
  }
}
