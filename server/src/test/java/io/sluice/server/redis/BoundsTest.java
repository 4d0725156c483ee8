package io.sluice.server.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.sluice.engine.model.InvalidArgumentException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What needs no Redis. */
class BoundsTest {
  @Test
  void settingsOutOfBoundsAreRefused() {
    refuses("redis.urls", List.of(), "g", "p", 100, 16, 1, 1000);
    refuses("redis.group", List.of("redis://h"), "a}b", "p", 100, 16, 1, 1000);
    refuses("redis.process", List.of("redis://h"), "g", "a b", 100, 16, 1, 1000);
    refuses("redis.timeout", List.of("redis://h"), "g", "p", 101, 16, 1, 1000);
    refuses("redis.timeout", List.of("redis://h"), "g", "p", 0, 16, 1, 1000);
    refuses("redis.maxPending", List.of("redis://h"), "g", "p", 100, 0, 1, 1000);
    refuses("redis.maxUnderWay", List.of("redis://h"), "g", "p", 100, 16, 5, 1000);
    refuses("redis.heartbeat", List.of("redis://h"), "g", "p", 100, 16, 1, 1001);
  }

  private static void refuses(
      String field,
      List<String> urls,
      String group,
      String process,
      int timeoutMillis,
      int maxPending,
      int maxUnderWay,
      int heartbeatMillis) {
    assertThatThrownBy(
            () ->
                new RedisSettings(
                    urls,
                    false,
                    "sluice",
                    group,
                    process,
                    Duration.ofMillis(timeoutMillis),
                    maxPending,
                    maxUnderWay,
                    Duration.ofMillis(heartbeatMillis)))
        .isInstanceOf(InvalidArgumentException.class)
        .hasMessageContaining(field);
  }

  @Test
  void severalUrlsAreACluster() {
    RedisSettings one = RedisSettings.of("redis://h", "g", "p");
    assertThat(one.isCluster()).isFalse();
    RedisSettings two =
        new RedisSettings(
            List.of("redis://h", "redis://i"),
            false,
            one.prefix(),
            one.group(),
            one.process(),
            one.timeout(),
            one.maxPending(),
            one.maxUnderWay(),
            one.heartbeat());
    assertThat(two.isCluster()).isTrue();
  }

  @Test
  void theBreakerOpensAfterThreeFailuresInARowAndAtACut() {
    Breaker breaker = new Breaker();
    assertThat(breaker.isOpen()).isTrue();
    breaker.close();
    assertThat(breaker.failed()).isFalse();
    assertThat(breaker.failed()).isFalse();
    breaker.succeeded();
    assertThat(breaker.failed()).isFalse();
    assertThat(breaker.failed()).isFalse();
    assertThat(breaker.isOpen()).isFalse();
    assertThat(breaker.failed()).isTrue();
    assertThat(breaker.cut()).isFalse();
    breaker.close();
    assertThat(breaker.cut()).isTrue();
    assertThat(breaker.timesOpened()).isEqualTo(2);
  }

  @Test
  void onlyWhatWasRefusedOrNotSentIsKnownNotToBeDone() {
    assertThat(Trouble.of(new RedisCommandTimeoutException("late"))).isEqualTo(Trouble.LATE);
    assertThat(Trouble.of(new Link.NotConnectedException())).isEqualTo(Trouble.NOT_SENT);
    assertThat(Trouble.of(new RedisException("Connection closed"))).isEqualTo(Trouble.CUT);
    assertThat(Trouble.of(new RedisCommandExecutionException("LOADING Redis is loading")))
        .isEqualTo(Trouble.REFUSED);
    assertThat(
            Trouble.of(
                new RedisCommandExecutionException(
                    "ERR Error running script: @user_script:1: -READONLY You can't write")))
        .isEqualTo(Trouble.READ_ONLY);
    Trouble bug = Trouble.of(new RedisCommandExecutionException("ERR user_script:9: nil"));
    assertThat(bug.maybeDone()).isTrue();
    assertThat(bug.isCut()).isFalse();
    assertThat(Trouble.NOT_SENT.maybeDone()).isFalse();
    assertThat(Trouble.REFUSED.maybeDone()).isFalse();
    assertThat(Trouble.CUT.maybeDone()).isTrue();
  }

  @Test
  void numbersAndTextsSurviveThePacking() {
    long[] numbers = {0, 1, 127, 128, 255, 65_536, -1, -33, -40_000, 1L << 31, 1L << 40, 1L << 53};
    PackWriter out = new PackWriter().array(numbers.length);
    for (long number : numbers) {
      out.number(number);
    }
    PackReader in = new PackReader(out.toBytes());
    for (long number : numbers) {
      assertThat(in.next()).isEqualTo(number);
    }
    assertThat(in.left()).isZero();
    byte[] small = {(byte) 0x93, (byte) 0xcc, (byte) 200, (byte) 0xd0, -100, (byte) 0xff};
    PackReader other = new PackReader(small);
    assertThat(List.of(other.next(), other.next(), other.next())).containsExactly(200L, -100L, -1L);
    assertThatThrownBy(() -> new PackReader(new byte[] {7}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PackReader(new byte[] {(byte) 0x91, (byte) 0xa1, 'x'}).next())
        .isInstanceOf(IllegalArgumentException.class);
  }
}
