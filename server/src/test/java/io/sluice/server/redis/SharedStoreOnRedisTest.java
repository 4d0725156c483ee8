package io.sluice.server.redis;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class SharedStoreOnRedisTest extends SharedStoreContract {
  private static RedisServer server;

  @BeforeAll
  static void starts() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stops() {
    server.close();
  }

  @Override
  RedisSettings settings(String group, String process) {
    return RedisSettings.of(server.url(), group, process);
  }
}
