package io.sluice.server.redis;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class SharedStoreOnClusterIT extends SharedStoreContract {
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
}
