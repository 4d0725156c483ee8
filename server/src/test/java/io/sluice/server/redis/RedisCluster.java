package io.sluice.server.redis;

import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Three masters that share the slots. */
final class RedisCluster implements AutoCloseable {
  private static final int MASTERS = 3;

  private final List<RedisServer> servers = new ArrayList<>();

  private RedisCluster() {}

  static RedisCluster start() {
    RedisCluster cluster = new RedisCluster();
    for (int i = 0; i < MASTERS; i++) {
      cluster.servers.add(
          RedisServer.start("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"));
    }
    cluster.form();
    return cluster;
  }

  RedisSettings settings(String group, String process) {
    return new RedisSettings(
        servers.stream().map(RedisServer::url).toList(),
        true,
        "sluice",
        group,
        process,
        Duration.ofMillis(100),
        16_384,
        1,
        Duration.ofSeconds(1));
  }

  List<RedisServer> servers() {
    return servers;
  }

  /** Returns the server that has the slot of a key. */
  RedisServer serverOf(String key) {
    return servers.get(SlotHash.getSlot(key) * MASTERS / SlotHash.SLOT_COUNT);
  }

  @Override
  public void close() {
    servers.forEach(RedisServer::close);
  }

  private void form() {
    for (int i = 0; i < MASTERS; i++) {
      int server = i;
      int[] slots =
          IntStream.range(0, SlotHash.SLOT_COUNT)
              .filter(slot -> slot * MASTERS / SlotHash.SLOT_COUNT == server)
              .toArray();
      servers.get(i).ask(redis -> redis.clusterAddSlots(slots));
      servers.get(i).ask(redis -> redis.clusterMeet("127.0.0.1", servers.get(0).port()));
    }
    for (RedisServer server : servers) {
      await(server);
    }
  }

  private static void await(RedisServer server) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      String info = server.ask(redis -> redis.clusterInfo());
      if (info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + MASTERS)) {
        return;
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new IllegalStateException("the cluster does not form");
  }
}
