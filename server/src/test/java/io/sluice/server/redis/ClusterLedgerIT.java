package io.sluice.server.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.SlotHash;
import io.sluice.engine.store.shared.Account;
import io.sluice.engine.store.shared.Posted;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClusterLedgerIT extends LedgerContract {
  private static RedisCluster cluster;

  @BeforeAll
  static void starts() {
    cluster = RedisCluster.start();
  }

  @AfterAll
  static void stops() {
    cluster.close();
  }

  @Override
  RedisSettings settings(String group, String process) {
    return cluster.settings(group, process);
  }

  @Test
  void followsASlotThatMoves() throws Exception {
    String root = "{sluice:moving}:";
    int slot = SlotHash.getSlot(root);
    RedisServer from = cluster.serverOf(root);
    RedisServer to =
        cluster.servers().stream().filter(server -> server != from).findFirst().orElseThrow();
    Account account = Party.tokens("t", 1, 3_600_000, 1_000_000);
    try (Party party = Party.join(settings("moving", "p1"))) {
      long taken = 0;
      for (int i = 0; i < 300; i++) {
        if (i == 100) {
          move(slot, from, to);
        }
        taken += party.take(account, 1) instanceof Posted.Done ? 1 : 0;
        TimeUnit.MILLISECONDS.sleep(5);
      }
      assertThat(taken).isGreaterThan(120); // 100 before, and it goes on
      long left = Party.reading(party.peek(account, 1)).remaining();
      // What was answered was taken; what was not may have been.
      assertThat(1_000_000 - left).isBetween(taken, 300L);
    }
  }

  private static void move(int slot, RedisServer from, RedisServer to) {
    String fromId = from.ask(redis -> redis.clusterMyId());
    String toId = to.ask(redis -> redis.clusterMyId());
    to.ask(redis -> redis.clusterSetSlotImporting(slot, fromId));
    from.ask(redis -> redis.clusterSetSlotMigrating(slot, toId));
    for (int round = 0; round < 100; round++) {
      List<String> keys = from.ask(redis -> redis.clusterGetKeysInSlot(slot, 100));
      if (keys.isEmpty()) {
        break;
      }
      String[] some = keys.toArray(new String[0]);
      from.ask(
          redis ->
              redis.migrate(
                  "127.0.0.1",
                  to.port(),
                  0,
                  5000,
                  io.lettuce.core.MigrateArgs.Builder.<String>keys(some)));
    }
    for (RedisServer server : List.of(to, from)) {
      server.ask(redis -> redis.clusterSetSlotNode(slot, toId));
    }
  }
}
