package io.sluice.server.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.sluice.engine.rate.CalendarUnit;
import io.sluice.engine.rate.TokenBucket;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.rate.Window;
import io.sluice.engine.rate.WindowRule;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Posted;
import io.sluice.engine.store.shared.Posting;
import io.sluice.engine.store.shared.Posting.Change;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The script counts as the engine does, step by step, in random sequences at told times. */
class GoldenVectorsTest {
  private static final long DAY = 86_400_000_000L;
  private static final long START_MICROS = 20_833 * DAY;
  private static final int STEPS = 500;
  private static final Script REPLAY = Script.of(Script.PARTS, "replay", GoldenVectorsTest::read);
  private static final KeySpace KEYS =
      new KeySpace(RedisSettings.of("redis://localhost", "golden", "p"));

  private static RedisServer server;
  private static RedisClient client;
  private static StatefulRedisConnection<byte[], byte[]> connection;

  @BeforeAll
  static void starts() {
    server = RedisServer.start();
    client = RedisClient.create(server.url());
    connection = client.connect(ByteArrayCodec.INSTANCE);
  }

  @AfterAll
  static void stops() {
    connection.close();
    client.shutdown();
    server.close();
  }

  /** What a step asked, and what the engine answers. */
  private record Step(long atMicros, Posting posting, Expected expected) {}

  private record Expected(long told, boolean fits, long remaining, long waitMicros) {}

  /** The engine's side: an account of one kind. */
  private interface Model {
    boolean fits(long permits, long leaving, long now);

    long waitMicros(long permits, long leaving, long now);

    long remaining(long now);

    void take(long permits, long now);

    void giveBack(long permits, long takenAt, long now);

    long debit(long permits, long now);

    void fill(long now);
  }

  @Test
  void tokensAreCountedAlike() {
    long[] permits = {0, 1, 2, 3, 7, 60, 999_983, 1_000_000, 1_000_000_000L, 1L << 40};
    long[] periodsMicros = {
      1_000, 10_000, 1_000_000, 60_000_000, 3_600_000_000L, DAY, 30 * DAY, 365 * DAY, 36_500 * DAY
    };
    long[] bursts = {1, 2, 3, 10, 60, 1000, 1_000_000, 1_000_000_000L, 1L << 40};
    int sequences = 0;
    Random random = new Random(1);
    while (sequences < 140) {
      long burst = bursts[random.nextInt(bursts.length)];
      long count = permits[random.nextInt(permits.length)];
      long period = periodsMicros[random.nextInt(periodsMicros.length)];
      TokenScale one = Party.micros(count, period, count == 0 ? 0 : 1);
      if (one.unitsPerToken() > (1L << 52) / Math.max(1, burst)) {
        continue;
      }
      TokenScale scale = Party.micros(count, period, count == 0 ? 0 : burst);
      if (random.nextInt(4) == 0 && one.unitsPerToken() % 1000 == 0) {
        scale = inMillis(scale);
      }
      TokenScale told = scale;
      check(
          sequences++,
          scale.burst(),
          fillMicros(scale),
          1,
          new TokenModel(scale),
          ends -> new Account.Tokens("t", told));
    }
  }

  @Test
  void fixedWindowsAreCountedAlike() {
    Random random = new Random(2);
    for (int i = 0; i < 24; i++) {
      long permits = 1 + random.nextInt(20);
      long length = new long[] {1_000, 1_000_000, DAY}[i % 3];
      WindowRule rule = new WindowRule.Fixed(length * 1000);
      check(
          i,
          permits,
          length,
          1,
          new WindowModel(rule, permits),
          ends -> new Account.Fixed("f", permits, length));
    }
  }

  @Test
  void slidingWindowsAreCountedAlike() {
    Random random = new Random(3);
    for (int i = 0; i < 24; i++) {
      long permits = i % 2 == 0 ? 1 + random.nextInt(50) : 2000 + random.nextInt(1000);
      long length = new long[] {1_000, 1_000_000, DAY}[i % 3];
      long slot = permits <= 1000 ? 1 : length / 1000;
      WindowRule rule = new WindowRule.Sliding(length * 1000);
      check(
          i,
          permits,
          length,
          1,
          new WindowModel(rule, permits),
          ends -> new Account.Sliding("s", permits, length, slot));
    }
  }

  @Test
  void calendarWindowsAreCountedAlike() {
    Random random = new Random(4);
    for (int i = 0; i < 24; i++) {
      long permits = 1 + random.nextInt(20);
      WindowRule.Calendar rule =
          new WindowRule.Calendar(
              i % 2 == 0 ? CalendarUnit.HOUR : CalendarUnit.DAY, ZoneId.of("UTC"));
      long length = rule.usualNanos() / 1_000_000;
      check(
          i,
          permits,
          rule.usualNanos() / 1000,
          1000,
          new WindowModel(rule, permits),
          now -> new Account.Calendar("c", permits, (now / 1000 / length + 1) * length));
    }
  }

  @Test
  void aClockThatWentBackLocksNobodyOutForLongerThanABucketFills() {
    List<Account> accounts =
        List.of(
            Party.tokens("t", 10, 1000, 10),
            new Account.Fixed("f", 10, 1_000_000),
            new Account.Sliding("s", 10, 1_000_000, 1));
    for (Account account : accounts) {
      Posting all = Party.taking(Party.take(account, 10, 0));
      List<Step> steps = new ArrayList<>();
      long back = START_MICROS - 60_000_000;
      for (long at : new long[] {START_MICROS, back, back + 1, back + 2_000_000}) {
        steps.add(new Step(at, all, new Expected(0, false, 0, 0)));
      }
      List<Posted> answers = replay(steps);
      assertThat(Party.reading(answers.get(1)).fits()).as(account.name()).isFalse();
      assertThat(Party.reading(answers.get(2)).waitMicros())
          .as(account.name())
          .isBetween(1L, 2_000_000L);
      assertThat(Party.reading(answers.get(3)).fits()).as(account.name()).isTrue();
    }
  }

  /** Plays a sequence on both sides. Times are multiples of a unit. */
  private static void check(
      int seed, long limit, long span, long unit, Model model, LongFunction<Account> account) {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    List<Long> takenAt = new ArrayList<>();
    long latest = START_MICROS;
    long now = latest;
    boolean mayGoBack = false;
    for (int i = 0; i < STEPS; i++) {
      if (mayGoBack && model instanceof TokenModel && random.nextInt(10) == 0) {
        now = latest - (long) (random.nextDouble() * Math.min(span / 2.0, 3.6e9));
      } else {
        latest = Math.min(latest + pause(random, span, limit) / unit * unit, 1L << 52);
        now = latest;
      }
      Step step = step(random, model, account.apply(now), now, limit, takenAt);
      mayGoBack = step.expected().fits() && step.posting().commit();
      steps.add(step);
    }
    List<Posted> answers = replay(steps);
    for (int i = 0; i < STEPS; i++) {
      assertThat(answerOf(answers.get(i)))
          .as("sequence %d of %s, step %d: %s", seed, account.apply(START_MICROS), i, steps.get(i))
          .isEqualTo(steps.get(i).expected());
    }
  }

  private static long pause(Random random, long span, long limit) {
    double each = (double) span / Math.max(1, limit);
    return switch (random.nextInt(6)) {
      case 0 -> 0;
      case 1 -> random.nextInt(3);
      case 2, 3 -> (long) (random.nextDouble() * 3 * each);
      case 4 -> (long) (random.nextDouble() * Math.min(span, 1e12) / 3);
      default -> (long) Math.min(random.nextDouble() * 1.2 * span, 3e12);
    };
  }

  private static Step step(
      Random random, Model model, Account account, long now, long limit, List<Long> takenAt) {
    long told = 0;
    List<Change> changes = List.of();
    int what = random.nextInt(20);
    long some = 1 + (long) (random.nextDouble() * 1.5 * Math.max(1, limit));
    if (what == 0 && !takenAt.isEmpty()) {
      long at = takenAt.get(random.nextInt(takenAt.size()));
      long age = Math.max(0, now - at);
      model.giveBack(some, now - age, now);
      changes = List.of(new Change.GiveBack(account, some, age));
    } else if (what == 1) {
      told = model.debit(some, now);
      changes = List.of(new Change.Debit(account, some));
      takenAt.add(now);
    } else if (what == 2 && random.nextInt(5) == 0) {
      model.fill(now);
      takenAt.clear();
      changes = List.of(new Change.Fill(account));
    }
    long permits = random.nextInt(3) == 0 ? some : 1 + (long) (random.nextDouble() * limit / 4);
    long leaving = random.nextInt(5) == 0 ? random.nextInt(3) : 0;
    boolean commit = random.nextInt(5) != 0;
    boolean fits = model.fits(permits, leaving, now);
    long wait = fits ? 0 : model.waitMicros(permits, leaving, now);
    if (fits && commit) {
      model.take(permits, now);
      takenAt.add(now);
    }
    Posting posting =
        new Posting(
            changes, List.of(Party.take(account, permits, leaving)), commit, false, null, null);
    return new Step(now, posting, new Expected(told, fits, model.remaining(now), wait));
  }

  private static Expected answerOf(Posted posted) {
    List<Long> changes =
        posted instanceof Posted.Done done ? done.changes() : ((Posted.Refused) posted).changes();
    Posted.Reading reading = Party.reading(posted);
    return new Expected(
        changes.isEmpty() ? 0 : changes.get(0),
        reading.fits(),
        reading.remaining(),
        reading.waitMicros());
  }

  /** In one script, within which no key expires by the real time. */
  private static List<Posted> replay(List<Step> steps) {
    List<byte[]> arguments = new ArrayList<>();
    List<Batch> batches = new ArrayList<>();
    for (Step step : steps) {
      Deque<Pending> one = new ArrayDeque<>(List.of(new Pending(step.posting(), told -> {}, 0)));
      Batch batch = Batch.gather(one, KEYS);
      batches.add(batch);
      arguments.add(Long.toString(step.atMicros()).getBytes(StandardCharsets.UTF_8));
      arguments.add(batch.argument(1, new byte[] {'p'}));
    }
    connection.sync().flushall();
    connection
        .sync()
        .hset(KEYS.ledger(), "generation".getBytes(StandardCharsets.UTF_8), new byte[] {'1'});
    List<byte[]> replies =
        connection
            .sync()
            .eval(
                REPLAY.text(),
                ScriptOutputType.MULTI,
                batches.get(0).keys(),
                arguments.toArray(new byte[0][]));
    List<Posted> answers = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      answers.add(batches.get(i).answers(replies.get(i)).get(0));
    }
    return answers;
  }

  private static long fillMicros(TokenScale scale) {
    return scale.isClosed() ? 1_000_000 : scale.fillNanos() / 1000;
  }

  private static TokenScale inMillis(TokenScale micros) {
    return new TokenScale(
        micros.permits(),
        micros.periodNanos(),
        micros.burst(),
        1_000_000,
        micros.unitsPerToken() / 1000,
        micros.unitsPerQuantum(),
        micros.capacityUnits() / 1000);
  }

  private static String read(String name) {
    try (InputStream in = GoldenVectorsTest.class.getResourceAsStream(name + ".lua")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class TokenModel implements Model {
    private final TokenScale scale;
    private final TokenBucket bucket;

    TokenModel(TokenScale scale) {
      this.scale = scale;
      bucket = new TokenBucket(scale, START_MICROS * 1000);
    }

    /** What has to be there; -1 if it never is. */
    private long needed(long permits, long leaving) {
      if (leaving == 0 && permits <= 2 * scale.burst()) {
        return Math.min(permits, scale.burst());
      }
      return permits + leaving <= scale.burst() ? permits + leaving : -1;
    }

    @Override
    public boolean fits(long permits, long leaving, long now) {
      long need = needed(permits, leaving);
      return need >= 0 && bucket.holds(scale, need, now * 1000);
    }

    @Override
    public long waitMicros(long permits, long leaving, long now) {
      long need = needed(permits, leaving);
      long nanos = need < 0 ? Long.MAX_VALUE : bucket.waitNanos(scale, need, now * 1000);
      return nanos == Long.MAX_VALUE || nanos / 1000 > 1L << 53 ? Long.MAX_VALUE : nanos / 1000;
    }

    @Override
    public long remaining(long now) {
      return bucket.tokens(scale, now * 1000);
    }

    @Override
    public void take(long permits, long now) {
      bucket.take(scale, permits);
    }

    @Override
    public void giveBack(long permits, long takenAt, long now) {
      bucket.giveBack(scale, permits, now * 1000);
    }

    @Override
    public long debit(long permits, long now) {
      return bucket.debit(scale, permits, now * 1000);
    }

    @Override
    public void fill(long now) {
      bucket.giveBack(scale, Long.MAX_VALUE, now * 1000);
    }
  }

  private static final class WindowModel implements Model {
    private final WindowRule rule;
    private final long permits;
    private final WallClock wall = new WallClock(START_MICROS * 1000);
    private Window window;

    WindowModel(WindowRule rule, long permits) {
      this.rule = rule;
      this.permits = permits;
      wall.tell(START_MICROS / 1000, START_MICROS * 1000);
      window = rule.open(permits, wall, START_MICROS * 1000);
    }

    @Override
    public boolean fits(long asked, long leaving, long now) {
      return asked + leaving <= window.remaining(now * 1000);
    }

    @Override
    public long waitMicros(long asked, long leaving, long now) {
      return asked + leaving > permits
          ? Long.MAX_VALUE
          : window.waitNanos(asked + leaving, now * 1000) / 1000;
    }

    @Override
    public long remaining(long now) {
      return window.remaining(now * 1000);
    }

    @Override
    public void take(long taken, long now) {
      window.take(taken);
    }

    @Override
    public void giveBack(long back, long takenAt, long now) {
      window.giveBack(back, takenAt * 1000, now * 1000);
    }

    @Override
    public long debit(long used, long now) {
      return window.debit(used, now * 1000);
    }

    @Override
    public void fill(long now) {
      // Slots are counted from the origin, so that has to stay a multiple of theirs.
      long origin = rule instanceof WindowRule.Sliding ? START_MICROS : now;
      window = rule.open(permits, wall, origin * 1000);
    }
  }
}
