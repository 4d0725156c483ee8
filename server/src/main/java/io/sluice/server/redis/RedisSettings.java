package io.sluice.server.redis;

import io.sluice.engine.model.InvalidArgumentException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where the ledger is, and how long it may take.
 *
 * @param urls {@code redis://}, {@code rediss://} (TLS), {@code redis-socket://} or {@code
 *     redis-sentinel://}, with user and password if there are any; several are seeds of a cluster
 * @param cluster whether a single url is the seed of a cluster, too
 * @param prefix what all keys begin with, 1..64 letters, digits and {@code . _ -}
 * @param group who shares one ledger, written like the prefix; all its keys are in one hash slot
 * @param process this process, unlike all others of the group, 1..64 printable bytes
 * @param timeout the longest wait for an answer, 1..100 ms
 * @param maxPending the most postings that wait to be sent, 1..1000000
 * @param maxUnderWay the most scripts under way at once, 1..4: with more than one, postings may
 *     change their order when Redis has forgotten the script
 * @param heartbeat how often this process says that it lives, 100 ms..1 s
 */
public record RedisSettings(
    List<String> urls,
    boolean cluster,
    String prefix,
    String group,
    String process,
    Duration timeout,
    int maxPending,
    int maxUnderWay,
    Duration heartbeat) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern PROCESS = Pattern.compile("[!-~]{1,64}");

  /** Checks the bounds. */
  public RedisSettings {
    urls = List.copyOf(urls);
    if (urls.isEmpty()) {
      throw new InvalidArgumentException("redis.urls", "must have at least one but has none");
    }
    requireName("redis.prefix", prefix, NAME, "1..64 letters, digits and . _ -");
    requireName("redis.group", group, NAME, "1..64 letters, digits and . _ -");
    requireName("redis.process", process, PROCESS, "1..64 printable characters without spaces");
    requireMillis("redis.timeout", timeout, 1, 100);
    requireMillis("redis.heartbeat", heartbeat, 100, 1000);
    requireCount("redis.maxPending", maxPending, 1_000_000);
    requireCount("redis.maxUnderWay", maxUnderWay, 4);
  }

  /** Returns the defaults, for one url. */
  public static RedisSettings of(String url, String group, String process) {
    return new RedisSettings(
        List.of(url),
        false,
        "sluice",
        group,
        process,
        Duration.ofMillis(100),
        16_384,
        1,
        Duration.ofSeconds(1));
  }

  /** Returns whether the urls are of a cluster. */
  boolean isCluster() {
    return cluster || urls.size() > 1;
  }

  byte[] processBytes() {
    return process.getBytes(StandardCharsets.UTF_8);
  }

  private static void requireName(String field, String value, Pattern pattern, String bound) {
    if (!pattern.matcher(value).matches()) {
      throw new InvalidArgumentException(field, "must be " + bound + " but was '" + value + "'");
    }
  }

  private static void requireMillis(String field, Duration value, long min, long max) {
    if (value.compareTo(Duration.ofMillis(min)) < 0
        || value.compareTo(Duration.ofMillis(max)) > 0) {
      throw new InvalidArgumentException(
          field, "must be in [" + min + ", " + max + "] ms but was " + value);
    }
  }

  private static void requireCount(String field, int value, int max) {
    if (value < 1 || value > max) {
      throw new InvalidArgumentException(field, "must be in [1, " + max + "] but was " + value);
    }
  }
}
