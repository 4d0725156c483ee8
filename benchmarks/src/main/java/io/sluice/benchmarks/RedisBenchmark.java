package io.sluice.benchmarks;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.AsyncBucketProxy;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Ledger;
import io.sluice.engine.store.shared.Posted;
import io.sluice.engine.store.shared.Posting;
import io.sluice.server.driver.NanoClock;
import io.sluice.server.redis.LedgerFigures;
import io.sluice.server.redis.RedisLedger;
import io.sluice.server.redis.RedisSettings;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import redis.embedded.RedisServer;

/**
 * One hot bucket on one Redis, in turns: the ledger, the plain script that does nothing but such a
 * bucket with each call pipelined, and Bucket4j's compare-and-swap. All share one machine and so
 * its cores; only ratios count.
 */
final class RedisBenchmark {
  private static final String ONE_BUCKET =
      """
      local time = redis.call('TIME')
      local now = time[1] * 1000000 + time[2]
      local row = redis.call('HMGET', KEYS[1], 'level', 'at')
      local level, at = tonumber(row[1] or ARGV[1]), tonumber(row[2] or now)
      local elapsed = math.max(0, now - at)
      level = math.min(tonumber(ARGV[1]), level + elapsed * ARGV[2])
      local fits = level >= tonumber(ARGV[3])
      if fits then
        level = level - ARGV[3]
        redis.call('HSET', KEYS[1], 'level', string.format('%.0f', level), 'at', string.format('%.0f', now))
        redis.call('PEXPIRE', KEYS[1], 60000)
      end
      return { fits and 1 or 0, level }
      """;
  private static final long BURST = 1_000_000_000L;

  private final int rounds;
  private final double seconds;

  private RedisBenchmark(int rounds, double seconds) {
    this.rounds = rounds;
    this.seconds = seconds;
  }

  /** Something that takes one token, and says when it has. */
  private interface Taker {
    void take(Runnable done);
  }

  /** Runs it: rounds (3), seconds of each (3) and a Redis (its own) may be given. */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 3;
    RedisBenchmark benchmark = new RedisBenchmark(rounds, seconds);
    if (args.length > 2) {
      benchmark.run(args[2]);
      return;
    }
    int port = freePort();
    RedisServer server =
        RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
    server.start();
    try {
      benchmark.run("redis://127.0.0.1:" + port);
    } finally {
      server.stop();
    }
  }

  private void run(String url) throws Exception {
    RedisClient client = RedisClient.create(url);
    try (StatefulRedisConnection<byte[], byte[]> connection =
        client.connect(ByteArrayCodec.INSTANCE)) {
      Taker script = script(connection.async());
      Taker bucket4j = bucket4j(client);
      System.out.println(
          "| in flight | plain script/s | Bucket4j/s | ledger/s | × script | × Bucket4j | postings per script | ledger mean µs |");
      System.out.println("|---|---|---|---|---|---|---|---|");
      for (int inFlight : new int[] {1, 16, 64, 128}) {
        compare(url, inFlight, script, bucket4j);
      }
    } finally {
      client.shutdown();
    }
    SliceBenchmark.run(url, rounds, seconds);
  }

  private void compare(String url, int inFlight, Taker script, Taker bucket4j) throws Exception {
    List<Double> scripts = new ArrayList<>();
    List<Double> buckets = new ArrayList<>();
    List<Double> ledgers = new ArrayList<>();
    RedisSettings settings = RedisSettings.of(url, "benchmark", "benchmark");
    ReentrantLock lock = new ReentrantLock();
    Consumer<Runnable> steps =
        step -> {
          lock.lock();
          try {
            step.run();
          } finally {
            lock.unlock();
          }
        };
    try (RedisLedger ledger = new RedisLedger(settings, steps::accept, NanoClock.system())) {
      awaitReachable(ledger);
      Taker taker = ledger(ledger);
      load(script, inFlight, 1); // warms up
      load(bucket4j, inFlight, 0.3);
      load(taker, inFlight, 2);
      LedgerFigures before = ledger.figures();
      for (int round = 0; round < rounds; round++) {
        scripts.add(load(script, inFlight, seconds));
        buckets.add(load(bucket4j, inFlight, seconds));
        ledgers.add(load(taker, inFlight, seconds));
      }
      LedgerFigures after = ledger.figures();
      double plain = median(scripts);
      double swapped = median(buckets);
      double measured = median(ledgers);
      System.out.printf(
          "| %d | %,.0f | %,.0f | %,.0f | %.2f | %.0f | %.1f | %.0f |%n",
          inFlight,
          plain,
          swapped,
          measured,
          measured / plain,
          measured / swapped,
          (double) (after.postings() - before.postings()) / (after.batches() - before.batches()),
          after.meanNanos() / 1e3);
    }
  }

  private static Taker script(RedisAsyncCommands<byte[], byte[]> redis) throws Exception {
    String digest = redis.scriptLoad(ONE_BUCKET).get();
    byte[][] keys = {bytes("plain")};
    byte[][] arguments = {bytes(Long.toString(BURST)), bytes("1000"), bytes("1")};
    return done -> {
      var unused =
          redis
              .evalsha(digest, ScriptOutputType.MULTI, keys, arguments)
              .whenComplete((reply, error) -> proceed(error, done));
    };
  }

  private static Taker bucket4j(RedisClient client) {
    BucketConfiguration configuration =
        BucketConfiguration.builder()
            .addLimit(limit -> limit.capacity(BURST).refillGreedy(BURST, Duration.ofSeconds(1)))
            .build();
    AsyncBucketProxy bucket =
        Bucket4jLettuce.casBasedBuilder(client)
            .build()
            .asAsync()
            .builder()
            .build(bytes("bucket4j"), configuration);
    return done -> {
      var unused = bucket.tryConsume(1).whenComplete((taken, error) -> proceed(error, done));
    };
  }

  private static Taker ledger(RedisLedger ledger) {
    TokenScale scale = new TokenScale(BURST, 1_000_000_000L, BURST, 1000, 1, 1000, BURST);
    Account account = new Account.Tokens("hot", scale);
    Posting posting =
        new Posting(
            List.of(),
            List.of(new Posting.Take(account, 1, 0, false, false)),
            true,
            false,
            null,
            null);
    return done ->
        ledger.post(
            posting,
            posted -> {
              if (!(posted instanceof Posted.Done)) {
                System.err.println(posted);
              }
              done.run();
            });
  }

  private static void proceed(Throwable error, Runnable done) {
    if (error != null) {
      System.err.println(error);
    }
    done.run();
  }

  /**
   * A closed loop: so many in flight at once, each followed by the next. Returns how many a second.
   */
  private static double load(Taker taker, int inFlight, double seconds)
      throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(inFlight);
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    List<Loop> loops = new ArrayList<>();
    for (int i = 0; i < inFlight; i++) {
      loops.add(new Loop(taker, end, ended));
    }
    loops.forEach(Loop::run);
    ended.await();
    double elapsed = (System.nanoTime() - start) / 1e9;
    return loops.stream().mapToLong(loop -> loop.count).sum() / elapsed;
  }

  private static final class Loop implements Runnable {
    private final Taker taker;
    private final long end;
    private final CountDownLatch ended;
    private long count = -1;

    Loop(Taker taker, long end, CountDownLatch ended) {
      this.taker = taker;
      this.end = end;
      this.ended = ended;
    }

    @Override
    public void run() {
      count++;
      if (System.nanoTime() >= end) {
        ended.countDown();
      } else {
        taker.take(this);
      }
    }
  }

  private static void awaitReachable(RedisLedger ledger) throws InterruptedException {
    CountDownLatch reachable = new CountDownLatch(1);
    ledger.listen(
        new Ledger.Listener() {
          @Override
          public void changed(String account) {}

          @Override
          public void health(Ledger.Health health) {
            if (health.reachable()) {
              reachable.countDown();
            }
          }
        });
    if (!reachable.await(10, TimeUnit.SECONDS)) {
      throw new IllegalStateException("Redis is out of reach");
    }
  }

  private static double median(List<Double> figures) {
    return figures.stream().sorted(Comparator.naturalOrder()).toList().get(figures.size() / 2);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int freePort() throws java.io.IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
