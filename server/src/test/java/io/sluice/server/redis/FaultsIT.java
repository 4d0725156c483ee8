package io.sluice.server.redis;

import static io.sluice.server.redis.Party.reading;
import static io.sluice.server.redis.Party.take;
import static io.sluice.server.redis.Party.taking;
import static io.sluice.server.redis.Party.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Ledger.Health;
import io.sluice.engine.store.shared.Posted;
import io.sluice.server.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of postings when Redis, or the way to it, fails. */
class FaultsIT {
  private static final Account TOKENS = tokens("t", 1, 3_600_000, 1_000_000);
  private static final Duration RECOVERY = Duration.ofSeconds(3);
  private static final LeaseId LEASE = new LeaseId(1, 1);

  private RedisServer server;

  @AfterEach
  void stops() {
    if (server != null) {
      server.close();
    }
  }

  private Party join(String process, Duration timeout) {
    return Party.join(RedisSettings.of(server.url(), "g", process), timeout);
  }

  @Test
  void aForgottenScriptIsSentAgainUnnoticed() throws Exception {
    server = RedisServer.start();
    try (Party party = join("p1", Duration.ofSeconds(5))) {
      Traffic traffic = new Traffic(party, 16);
      for (int i = 0; i < 20; i++) {
        server.ask(redis -> redis.scriptFlush());
        TimeUnit.MILLISECONDS.sleep(100);
      }
      traffic.stop();
      assertThat(traffic.unavailable()).isZero();
      assertThat(traffic.done()).isGreaterThan(100);
      assertThat(reading(party.peek(TOKENS, 1)).remaining()).isEqualTo(1_000_000 - traffic.done());
      assertThat(party.ledger().figures().resent()).isGreaterThan(5);
    }
  }

  @Test
  void cutConnectionsComeBackAndNothingIsSentTwice() throws Exception {
    server = RedisServer.start();
    try (Party party = join("p1", Duration.ofSeconds(5))) {
      Traffic traffic = new Traffic(party, 16);
      for (int i = 0; i < 15; i++) {
        server.ask(redis -> redis.clientKill(io.lettuce.core.KillArgs.Builder.typeNormal()));
        TimeUnit.MILLISECONDS.sleep(200);
      }
      long cut = System.nanoTime();
      party.awaitHealth(Health::reachable);
      traffic.awaitMore();
      Patience.requireWithin(RECOVERY, cut);
      traffic.stop();
      long taken = 1_000_000 - reading(party.peek(TOKENS, 1)).remaining();
      assertThat(taken).isBetween(traffic.done(), traffic.done() + traffic.maybe());
      assertThat(party.ledger().figures().breakerOpened()).isPositive();
    }
  }

  @Test
  void aRedisThatSleepsIsGivenUpAndFoundAgain() throws Exception {
    server = RedisServer.start();
    try (Party party = join("p1", Duration.ofMillis(100))) {
      Thread sleep = new Thread(() -> server.ask(redis -> debugSleep(redis, 4)));
      sleep.start();
      TimeUnit.MILLISECONDS.sleep(200);
      long start = System.nanoTime();
      for (int i = 0; i < 5; i++) {
        assertThat(party.take(TOKENS, 1)).isInstanceOf(Posted.Unavailable.class);
      }
      Patience.requireWithin(Duration.ofMillis(1200), start);
      assertThat(party.take(TOKENS, 1)).isEqualTo(new Posted.Unavailable(false));
      assertThat(party.awaitHealth(health -> !health.reachable()).generation()).isPositive();
      sleep.join();
      long awake = System.nanoTime();
      party.awaitHealth(Health::reachable);
      Patience.requireWithin(RECOVERY, awake);
      assertThat(party.take(TOKENS, 1)).isInstanceOf(Posted.Done.class);
      assertThat(party.ledger().figures().timeouts()).isPositive();
    }
  }

  @Test
  void aRedisThatLostEverythingIsAnotherGeneration() throws Exception {
    server = RedisServer.start();
    outlives(false);
  }

  @Test
  void aRedisThatKeptEverythingIsAnotherGenerationToo() throws Exception {
    server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
    outlives(true);
  }

  private void outlives(boolean kept) {
    Account.Seats seats = new Account.Seats("s", 2);
    try (Party party = join("p1", Duration.ofSeconds(5))) {
      long before = party.health().generation();
      long fence = ((Posted.Done) party.take(seats, LEASE, 2, 60_000)).fencingToken();
      server.kill();
      party.awaitHealth(health -> !health.reachable());
      assertThat(party.take(TOKENS, 1)).isInstanceOf(Posted.Unavailable.class);
      server.restart();
      long back = System.nanoTime();
      Health health = party.awaitHealth(Health::reachable);
      Patience.requireWithin(RECOVERY, back);
      assertThat(health.generation()).isGreaterThan(before);
      assertThat(health.settled()).isFalse();
      assertThat(reading(party.peek(seats, 1)).remaining()).isEqualTo(kept ? 0 : 2);
      party.ledger().asserted(health.generation());
      party.awaitHealth(Health::settled);
      Posted.Done next = (Posted.Done) party.take(new Account.Seats("n", 1), LEASE, 1, 1000);
      assertThat(next.fencingToken()).isGreaterThan(fence);
    }
  }

  @Test
  void aFlushIsSeenByTheNextPosting() {
    server = RedisServer.start();
    try (Party party = join("p1", Duration.ofSeconds(5));
        Party other = join("p2", Duration.ofSeconds(5))) {
      party.awaitHealth(health -> health.processes() == 2);
      long before = party.health().generation();
      server.ask(redis -> redis.flushall());
      assertThat(party.take(TOKENS, 1)).isInstanceOf(Posted.Stale.class);
      Health after = party.awaitHealth(health -> health.generation() != before);
      assertThat(after.settled()).isFalse();
      assertThat(party.take(TOKENS, 1)).isInstanceOf(Posted.Done.class);
      party.ledger().asserted(after.generation());
      Health both = other.awaitHealth(health -> health.generation() == after.generation());
      assertThat(both.settled()).isFalse();
      other.ledger().asserted(after.generation());
      assertThat(party.awaitHealth(Health::settled).processes()).isEqualTo(2);
      assertThat(other.awaitHealth(Health::settled).processes()).isEqualTo(2);
    }
  }

  @Test
  void aProcessThatIsNeverHeardOfAgainIsNotWaitedForLong() {
    server = RedisServer.start();
    try (Party party = join("p1", Duration.ofSeconds(5))) {
      List<String> time = server.ask(redis -> redis.time());
      double now = Long.parseLong(time.get(0)) * 1e6;
      server.ask(redis -> redis.zadd("{sluice:g}:members", now, "ghost"));
      party.awaitHealth(health -> health.processes() == 2);
      long before = party.health().generation();
      server.ask(redis -> redis.flushall());
      long start = System.nanoTime();
      Health after = party.awaitHealth(health -> health.generation() != before);
      party.ledger().asserted(after.generation());
      party.awaitHealth(Health::settled);
      assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.SECONDS.toNanos(4));
      Patience.requireWithin(Duration.ofSeconds(8), start);
      assertThat(party.awaitHealth(health -> health.processes() == 1).reachable()).isTrue();
    }
  }

  @Test
  void aRedisThatIsAbsentAtFirstIsFoundWhenItComes() {
    server = RedisServer.start();
    server.kill();
    try (Party party =
        new Party(RedisSettings.of(server.url(), "g", "p1"), Duration.ofMillis(100))) {
      assertThat(party.take(TOKENS, 1)).isEqualTo(new Posted.Unavailable(false));
      assertThat(party.awaitHealth(health -> !health.reachable()))
          .isEqualTo(new Health(false, 0, false, 1));
      server.restart();
      long start = System.nanoTime();
      assertThat(party.awaitHealth(Health::reachable).settled()).isTrue();
      Patience.requireWithin(RECOVERY, start);
    }
  }

  @Test
  void whoLeavesIsNoMemberAnyMore() {
    server = RedisServer.start();
    try (Party party = join("p1", Duration.ofSeconds(5))) {
      Party other = join("p2", Duration.ofSeconds(5));
      party.awaitHealth(health -> health.processes() == 2);
      long start = System.nanoTime();
      other.close();
      Patience.requireWithin(RECOVERY, start);
      start = System.nanoTime();
      party.awaitHealth(health -> health.processes() == 1);
      Patience.requireWithin(RECOVERY, start);
    }
  }

  @Test
  void aUserNeedsNoMoreThanItsKeysAndChannel() {
    server = RedisServer.start();
    server.ask(
        redis ->
            redis.aclSetuser(
                "sluice",
                io.lettuce.core.AclSetuserArgs.Builder.on()
                    .addPassword("s3cret")
                    .keyPattern("{sluice:g}:*")
                    .resetChannels()
                    .channelPattern("{sluice:g}:hints")
                    .allCommands()
                    .removeCategory(io.lettuce.core.AclCategory.DANGEROUS)
                    .addCommand(io.lettuce.core.protocol.CommandType.INFO)));
    String url = server.url().replace("redis://", "redis://sluice:s3cret@");
    Account.Seats seats = new Account.Seats("s", 1);
    try (Party party = Party.join(RedisSettings.of(url, "g", "p1"));
        Party other = Party.join(RedisSettings.of(url, "g", "p2"))) {
      party.take(seats, LEASE, 1, 60_000);
      other.ledger().watch(seats);
      assertThat(other.post(LedgerContract.waiting(seats, new LeaseId(2, 2))))
          .isInstanceOf(Posted.Refused.class);
      party.change(new io.sluice.engine.store.shared.Posting.Change.Drop(seats, LEASE));
      assertThat(other.post(LedgerContract.waiting(seats, new LeaseId(2, 2))))
          .isInstanceOf(Posted.Done.class);
    }
  }

  @Test
  void aReplicaThatTakesOverIsAnotherGeneration() throws Exception {
    server = RedisServer.start();
    try (RedisServer replica =
            RedisServer.start("--replicaof", "127.0.0.1", Integer.toString(server.port()));
        RedisServer sentinel = RedisServer.startSentinel(server)) {
      awaitInfo(replica, "master_link_status:up");
      awaitInfo(server, "connected_slaves:1");
      TimeUnit.SECONDS.sleep(1); // the sentinel hears of the replica
      String url = "redis-sentinel://127.0.0.1:" + sentinel.port() + "/0#mymaster";
      Account.Seats seats = new Account.Seats("s", 2);
      try (Party party = Party.join(RedisSettings.of(url, "g", "p1"), Duration.ofMillis(500))) {
        long before = party.health().generation();
        party.take(seats, LEASE, 2, 60_000);
        TimeUnit.MILLISECONDS.sleep(200); // it is copied
        server.kill();
        party.awaitHealth(health -> !health.reachable());
        Health after = party.awaitHealth(Health::reachable);
        assertThat(after.generation()).isGreaterThan(before);
        assertThat(reading(party.peek(seats, 1)).remaining()).isZero();
      }
    }
  }

  @Test
  void speaksTls(@TempDir Path directory) throws Exception {
    Path store = directory.resolve("store.p12");
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    new ProcessBuilder(
            keytool.toString(),
            "-genkeypair",
            "-keyalg",
            "RSA",
            "-dname",
            "CN=localhost",
            "-storetype",
            "PKCS12",
            "-storepass",
            "secret",
            "-alias",
            "a",
            "-keystore",
            store.toString())
        .start()
        .waitFor();
    KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
    Path key = directory.resolve("key.pem");
    Path certificate = directory.resolve("certificate.pem");
    pem(key, "PRIVATE KEY", keys.getKey("a", "secret".toCharArray()).getEncoded());
    pem(certificate, "CERTIFICATE", keys.getCertificate("a").getEncoded());
    try {
      server = RedisServer.startTls(key, certificate);
    } catch (IllegalStateException e) {
      Assumptions.abort("this Redis was built without TLS: " + e.getMessage());
    }
    String url = "rediss://127.0.0.1:" + server.port() + "?verifyPeer=NONE";
    try (Party party = Party.join(RedisSettings.of(url, "g", "p1"))) {
      assertThat(party.take(TOKENS, 1)).isInstanceOf(Posted.Done.class);
    }
  }

  private static void pem(Path file, String what, byte[] bytes) throws IOException {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        file, "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n");
  }

  private static void awaitInfo(RedisServer server, String wanted) throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      if (server.ask(redis -> redis.info("replication")).contains(wanted)) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("never " + wanted);
  }

  private static String debugSleep(
      io.lettuce.core.api.sync.RedisCommands<String, String> redis, int seconds) {
    return redis.eval(
        "local t = redis.call('TIME')[1] + "
            + seconds
            + " while redis.call('TIME')[1] + 0 < t do end return 'awake'",
        io.lettuce.core.ScriptOutputType.STATUS);
  }

  /** Callers that each take one token after another. */
  private static final class Traffic {
    private final Party party;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final CountDownLatch ended;
    private final LongAdder done = new LongAdder();
    private final LongAdder unavailable = new LongAdder();
    private final LongAdder maybe = new LongAdder();

    Traffic(Party party, int callers) {
      this.party = party;
      ended = new CountDownLatch(callers);
      for (int i = 0; i < callers; i++) {
        next();
      }
    }

    private void next() {
      if (stop.get()) {
        ended.countDown();
        return;
      }
      party.begin(taking(take(TOKENS, 1, 0))).thenAccept(this::count);
    }

    private void count(Posted posted) {
      if (posted instanceof Posted.Done) {
        done.increment();
      } else if (posted instanceof Posted.Unavailable none) {
        unavailable.increment();
        (none.maybeDone() ? maybe : new LongAdder()).increment();
      }
      next();
    }

    void stop() throws InterruptedException {
      stop.set(true);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    void awaitMore() throws InterruptedException {
      long before = done();
      while (done() == before) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }

    long done() {
      return done.sum();
    }

    long unavailable() {
      return unavailable.sum();
    }

    long maybe() {
      return maybe.sum();
    }
  }
}
