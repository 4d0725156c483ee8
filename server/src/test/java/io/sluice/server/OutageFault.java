package io.sluice.server;

import io.lettuce.core.KillArgs;
import io.lettuce.core.ScriptOutputType;
import io.sluice.server.redis.RedisServer;
import java.util.concurrent.TimeUnit;

/** What is done to Redis while callers ask. */
enum OutageFault {
  SCRIPTS_FORGOTTEN {
    @Override
    long strike(RedisServer redis) throws InterruptedException {
      for (int i = 0; i < SECONDS; i++) {
        redis.ask(each -> each.scriptFlush());
        TimeUnit.SECONDS.sleep(1);
      }
      return System.nanoTime();
    }
  },
  CONNECTIONS_CUT {
    @Override
    long strike(RedisServer redis) throws InterruptedException {
      for (int i = 0; i < SECONDS; i++) {
        redis.ask(each -> each.clientKill(KillArgs.Builder.typeNormal()));
        TimeUnit.SECONDS.sleep(1);
      }
      return System.nanoTime();
    }
  },
  STALL {
    @Override
    long strike(RedisServer redis) {
      redis.ask(each -> each.eval(SPIN, ScriptOutputType.STATUS));
      return System.nanoTime() - SPIN_SLACK_NANOS;
    }
  },
  KILLED_EMPTY {
    @Override
    long strike(RedisServer redis) throws InterruptedException {
      return killed(redis);
    }
  },
  KILLED_WITH_LOG("--appendonly", "yes", "--appendfsync", "always") {
    @Override
    long strike(RedisServer redis) throws InterruptedException {
      return killed(redis);
    }
  },
  ABSENT_AT_START {
    @Override
    long strike(RedisServer redis) throws InterruptedException {
      return killed(redis);
    }
  },
  OUTAGE {
    @Override
    long strike(RedisServer redis) throws InterruptedException {
      redis.suspend();
      TimeUnit.SECONDS.sleep(SECONDS);
      long back = System.nanoTime();
      redis.resume();
      return back;
    }
  };

  /** How long Redis is away; {@code -Dsluice.outage=60} for longer. */
  static final int SECONDS = Integer.getInteger("sluice.outage", 3);

  /** Two seconds in which nothing else is done. */
  private static final String SPIN =
      "local t = redis.call('TIME') local ends = t[1] * 1000000 + t[2] + 2000000"
          + " repeat t = redis.call('TIME') until t[1] * 1000000 + t[2] >= ends return 'awake'";

  /** An answer is heard later than it was given, and its connection closed. */
  private static final long SPIN_SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private final String[] options;

  OutageFault(String... options) {
    this.options = options;
  }

  /** Starts the Redis that it happens to. */
  RedisServer start() {
    return RedisServer.start(options);
  }

  /** Does it, and returns until when Redis was certainly not back, in nanoseconds. */
  abstract long strike(RedisServer redis) throws InterruptedException;

  /** Returns whether Redis is away for so long that every server notices. */
  boolean isAway() {
    return this != SCRIPTS_FORGOTTEN && this != CONNECTIONS_CUT;
  }

  /** Returns whether what was counted is lost. */
  boolean isLoss() {
    return this == KILLED_EMPTY;
  }

  /** Returns whether servers have to tell what they hold. */
  boolean isAnotherGeneration() {
    return this == KILLED_EMPTY || this == KILLED_WITH_LOG;
  }

  private static long killed(RedisServer redis) throws InterruptedException {
    redis.kill();
    TimeUnit.SECONDS.sleep(SECONDS);
    long back = System.nanoTime();
    redis.restart();
    return back;
  }
}
