package io.sluice.server.redis;

import static io.sluice.server.redis.Party.reading;
import static io.sluice.server.redis.Party.take;
import static io.sluice.server.redis.Party.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.model.LeaseId;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Posted;
import io.sluice.engine.store.shared.Posting;
import io.sluice.engine.store.shared.Posting.Change;
import io.sluice.server.driver.NanoClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules that every script on Redis has to keep. */
class ScriptRulesTest {
  private static final RedisSettings SETTINGS =
      RedisSettings.of("redis://localhost", "rules", "p1");
  private static final KeySpace KEYS = new KeySpace(SETTINGS);

  private static RedisServer server;

  @BeforeAll
  static void starts() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stops() {
    server.close();
  }

  @BeforeEach
  void empties() {
    server.ask(redis -> redis.flushall());
  }

  private static Party join() {
    return Party.join(RedisSettings.of(server.url(), "rules", "p1"));
  }

  @Test
  void theTimeIsAskedOnceInEachScript() {
    String script = new String(Script.POSTINGS.text(), StandardCharsets.UTF_8);
    assertThat(script.split("'TIME'", -1)).hasSize(2);
    try (Party party = join()) {
      server.ask(redis -> redis.configResetstat());
      for (int i = 0; i < 50; i++) {
        party.take(tokens("t", 1, 1000, 10), 1);
      }
      String stats = server.ask(redis -> redis.info("commandstats"));
      assertThat(calls(stats, "time")).isEqualTo(calls(stats, "evalsha")).isGreaterThan(49);
    }
  }

  @Test
  void allKeysAreDeclaredAndExpireInOneSlot() throws Exception {
    Random random = new Random(5);
    Set<String> declared = new TreeSet<>();
    List<byte[]> own = List.of(KEYS.ledger(), KEYS.members(), KEYS.asserted(), KEYS.buried());
    own.forEach(key -> declared.add(new String(key, StandardCharsets.UTF_8)));
    try (Party party = join()) {
      List<CompletableFuture<Posted>> answers = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        Posting posting = anything(random);
        Deque<Pending> one = new ArrayDeque<>(List.of(new Pending(posting, told -> {}, 0)));
        Batch batch = Batch.gather(one, KEYS);
        batch.argument(1, new byte[0]);
        for (byte[] key : batch.keys()) {
          declared.add(new String(key, StandardCharsets.UTF_8));
        }
        answers.add(party.begin(posting));
      }
      for (CompletableFuture<Posted> answer : answers) {
        assertThat(answer.get(10, TimeUnit.SECONDS)).isNotInstanceOf(Posted.Unavailable.class);
      }
      List<String> keys = server.ask(redis -> redis.keys("*"));
      assertThat(keys).hasSizeGreaterThan(30).isSubsetOf(declared);
      assertThat(keys).allMatch(key -> key.startsWith("{sluice:rules}:"));
      for (String key : keys) {
        assertThat((long) server.ask(redis -> redis.pttl(key))).as(key).isNotEqualTo(-1);
      }
    }
  }

  @Test
  void numbersNearTheLimitOfDoublesStayWhole() {
    long perToken = (1L << 52) - 1;
    TokenScale scale = new TokenScale(1, perToken * 1000, 1, 1000, perToken, 1, perToken);
    Account account = new Account.Tokens("vast", scale);
    try (Party party = join()) {
      assertThat(reading(party.take(account, 1)).remaining()).isZero();
      long wait = reading(party.take(account, 1)).waitMicros();
      assertThat(wait).isBetween(perToken - 60_000_000, perToken);
      String row = server.ask(redis -> redis.get("{sluice:rules}:state:tokens:vast"));
      assertThat(row).contains(" 4503599627370495 1 4503599627370495").doesNotContain("e+");
      Account.Seats seats = new Account.Seats("s", 1L << 40);
      party.take(seats, new LeaseId(1, 1), 1L << 40, 1000L * 86_400 * 36_500);
      assertThat(reading(party.peek(seats, 1)).remaining()).isZero();
    }
  }

  @Test
  void aScriptMadeTwiceTakesNoSeatTwice() throws Exception {
    Account.Seats seats = new Account.Seats("s", 10);
    try (Party party = join()) {
      party.take(seats, new LeaseId(9, 9), 1, 60_000);
      Deque<Pending> postings = new ArrayDeque<>();
      for (int i = 0; i < 3; i++) {
        Posting posting =
            new Posting(
                List.of(new Change.Hold(seats, new LeaseId(5, i), 1, 60_000)),
                List.of(take(seats, 1, 0)),
                true,
                false,
                new Posting.Holder(new LeaseId(4, i), 60_000),
                null);
        postings.add(new Pending(posting, told -> {}, 0));
      }
      Batch batch = Batch.gather(postings, KEYS);
      byte[] argument = batch.argument(party.health().generation(), new byte[] {'p'});
      Link link = link();
      link.open().toCompletableFuture().get(10, TimeUnit.SECONDS);
      for (int i = 0; i < 3; i++) {
        byte[] reply = link.call(Script.POSTINGS, batch.keys(), argument).get(10, TimeUnit.SECONDS);
        assertThat(batch.answers(reply)).allMatch(answer -> answer instanceof Posted.Done);
        assertThat(reading(party.peek(seats, 1)).remaining()).isEqualTo(3);
      }
      link.shutdown(Duration.ofSeconds(1));
    }
  }

  @Test
  void aBatchEndsWhereAnAccountIsToldAnotherRule() {
    Deque<Pending> postings = new ArrayDeque<>();
    for (long burst : new long[] {5, 5, 6, 6}) {
      Posting posting = Party.taking(take(tokens("t", 1, 1000, burst), 1, 0));
      postings.add(new Pending(posting, told -> {}, NanoClock.system().nanos()));
    }
    assertThat(Batch.gather(postings, KEYS).postings()).hasSize(2);
    assertThat(Batch.gather(postings, KEYS).postings()).hasSize(2);
    assertThat(postings).isEmpty();
  }

  @Test
  void withoutRoomInMemoryNothingIsTaken() {
    Account account = tokens("t", 1, 3_600_000, 5);
    try (Party party = join()) {
      party.take(account, 1);
      server.ask(redis -> redis.configSet("maxmemory", "1"));
      assertThat(party.take(account, 1)).isEqualTo(new Posted.Unavailable(false));
      server.ask(redis -> redis.configSet("maxmemory", "0"));
      party.awaitHealth(health -> health.reachable());
      assertThat(reading(party.take(account, 1)).remaining()).isEqualTo(3);
    }
  }

  private static Link link() {
    return new Link(
        RedisSettings.of(server.url(), "rules", "p1"),
        Duration.ofSeconds(5),
        new Link.Watcher() {
          @Override
          public void connected() {}

          @Override
          public void disconnected() {}
        });
  }

  private static long calls(String stats, String command) {
    Matcher matcher = Pattern.compile("cmdstat_" + command + ":calls=(\\d+)").matcher(stats);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  private static Posting anything(Random random) {
    LeaseId lease = new LeaseId(random.nextInt(50), 7);
    List<Change> changes = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      changes.add(change(random, lease));
    }
    Account account = account(random);
    boolean queued = random.nextInt(3) == 0;
    return new Posting(
        changes,
        List.of(
            new Posting.Take(
                account, 1 + random.nextInt(3), 0, random.nextInt(9) == 0, random.nextInt(9) == 0)),
        random.nextInt(9) > 0,
        queued,
        new Posting.Holder(lease, 1 + random.nextInt(60_000)),
        random.nextInt(3) > 0
            ? null
            : new Posting.Request("r" + random.nextInt(99), random.nextLong(), 60_000));
  }

  private static Change change(Random random, LeaseId lease) {
    Account.Seats seats = new Account.Seats("a" + random.nextInt(4), 5);
    return switch (random.nextInt(9)) {
      case 0 -> new Change.Hold(seats, lease, 1 + random.nextInt(2), 1 + random.nextInt(60_000));
      case 1 -> new Change.Extend(seats, lease, 60_000);
      case 2, 3 -> new Change.Drop(seats, lease);
      case 4 -> new Change.Bury(new LeaseId(77, random.nextInt(5)));
      case 5 -> new Change.Forget("r" + random.nextInt(99), lease);
      case 6 -> new Change.GiveBack(account(random), 1, random.nextInt(1_000_000));
      case 7 -> new Change.Debit(account(random), 2);
      default ->
          random.nextBoolean()
              ? new Change.Fill(account(random))
              : new Change.Leave(account(random));
    };
  }

  private static Account account(Random random) {
    String name = "a" + random.nextInt(4);
    return switch (random.nextInt(5)) {
      case 0 -> tokens(name, 5, 1000, 5);
      case 1 -> new Account.Seats(name, 5);
      case 2 -> new Account.Fixed(name, 5, 100_000);
      case 3 -> new Account.Sliding(name, 5, 100_000, 1);
      default -> new Account.Calendar(name, 5, 4_000_000_000_000L);
    };
  }
}
