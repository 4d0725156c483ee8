package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ValuesTest {
  private static final Acquisition CHAT = Acquisition.of(Demand.of("chat"));

  static Stream<Arguments> misuses() {
    Demand demand = Demand.of("chat");
    return Stream.of(
        misuse(() -> Demand.of(""), "bytes of resource must be in [1, 256] but was 0"),
        misuse(
            () -> Demand.of("é".repeat(129)), "bytes of resource must be in [1, 256] but was 258"),
        misuse(() -> Demand.of("a\nb"), "resource must not hold control characters"),
        misuse(() -> demand.permits(-1), "permits must be in [0, 1099511627776] but was -1"),
        misuse(
            () -> demand.attribute("", "x"), "bytes of key of attributes must be in [1, 64] but"),
        misuse(() -> DeviceAsk.memoryMib(-1), "memoryMib must be in [0, 16777216] but was -1"),
        misuse(
            () -> DeviceAsk.memoryMib(1).computePercent(101),
            "computePercent must be in [0, 100] but was 101"),
        misuse(() -> DeviceAsk.memoryMib(1).count(0), "count must be in [1, 64] but was 0"),
        misuse(Acquisition::of, "demands must be in [1, 16] but was 0"),
        misuse(() -> CHAT.priority(10), "priority must be in [0, 9] but was 10"),
        misuse(() -> CHAT.ttl(Duration.ZERO), "ttl must be in [PT1S, PT24H] but was PT0S"),
        misuse(() -> CHAT.maxWait(Duration.ofDays(2)), "maxWait must be in [PT0S, PT24H] but was"),
        misuse(() -> CHAT.requestId(""), "bytes of requestId must be in [1, 128] but was 0"),
        misuse(
            () -> SluiceClient.builder().target("x:1").maxAttempts(0).build(),
            "maxAttempts must be in [1, 16] but was 0"),
        misuse(
            () -> new ThrottledException("x", Duration.ofSeconds(-1)),
            "retryAfter must not be negative but was PT-1S"));
  }

  @ParameterizedTest
  @MethodSource("misuses")
  void misuseNamesTheValueAndItsBound(ThrowingCallable misuse, String message) {
    assertThatThrownBy(misuse)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void demandKeepsItsOwnCopyOfTheAttributes() {
    Map<String, String> attributes = new HashMap<>(Map.of("tenant", "a"));
    Demand demand = new Demand("chat", attributes, 1, null, false);
    attributes.put("tenant", "b");

    assertThat(demand.attributes()).containsExactly(Map.entry("tenant", "a"));
  }

  @Test
  void withersLeaveTheOriginalAlone() {
    Demand demand = Demand.of("chat");
    demand.permits(3).attribute("a", "b").devices(DeviceAsk.memoryMib(1));
    CHAT.priority(1).label("a", "b");

    assertThat(demand).isEqualTo(new Demand("chat", Map.of(), 1, null, false));
    assertThat(CHAT.shape(new Shapes()).request().hasPriority()).isFalse();
    assertThat(CHAT.shape(new Shapes()).request().getLabelsCount()).isZero();
  }

  @Test
  void builderWantsExactlyOneWayToTheServer() {
    assertThatThrownBy(() -> SluiceClient.builder().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("exactly one of target and channel must be told");
  }

  private static Arguments misuse(ThrowingCallable call, String message) {
    return Arguments.of(call, message);
  }
}
