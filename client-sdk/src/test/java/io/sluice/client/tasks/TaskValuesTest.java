package io.sluice.client.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TaskValuesTest {
  private static final Task<Integer> TASK = Task.of("one", () -> 1);

  @Test
  void s0_25_lowerPrioritiesComeFirstAndTheFirstOfThem() {
    TaskQueue<String> queue = new TaskQueue<>(5);
    assertThat(queue.offer("normal 1", TaskPriority.NORMAL.level())).isTrue();
    assertThat(queue.offer("background", TaskPriority.BACKGROUND.level())).isTrue();
    assertThat(queue.offer("normal 2", TaskPriority.NORMAL.level())).isTrue();
    assertThat(queue.offer("critical", TaskPriority.CRITICAL.level())).isTrue();
    assertThat(queue.offer("removed", 0)).isTrue();
    assertThat(queue.offer("too many", 0)).isFalse();
    assertThat(queue.remove("removed", 0)).isTrue();
    assertThat(queue.remove("removed", 0)).isFalse();

    assertThat(queue.size()).isEqualTo(4);
    assertThat(queue.poll()).isEqualTo("critical");
    assertThat(queue.poll()).isEqualTo("normal 1");
    assertThat(queue.poll()).isEqualTo("normal 2");
    assertThat(queue.poll()).isEqualTo("background");
    assertThat(queue.poll()).isNull();
    assertThat(queue.size()).isZero();
  }

  @Test
  void s0_30_presetsHaveTheirNumbers() {
    ConcurrencyConfig high = ConcurrencyConfig.highPerformance("x").build();
    assertThat(high.maxConcurrent()).isEqualTo(5000);
    assertThat(high.maxPending()).isEqualTo(20_000);
    assertThat(high.taskTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(high.overloadThreshold()).isEqualTo(0.9);
    assertThat(high.threads()).isEqualTo(1000);

    ConcurrencyConfig conservative = ConcurrencyConfig.conservative("x").build();
    assertThat(conservative.requestsPerSecond()).isEqualTo(50);
    assertThat(conservative.burst()).isEqualTo(100);
    assertThat(conservative.adaptive()).isTrue();
    assertThat(conservative.minRate()).isEqualTo(5);
    assertThat(conservative.maxRate()).isEqualTo(100);

    ConcurrencyConfig small = ConcurrencyConfig.smallMemory("x").threads(8).build();
    assertThat(small.threads()).isEqualTo(8);
    assertThat(small.monitoring()).isFalse();

    ConcurrencyConfig usual = ConcurrencyConfig.named("x").build();
    assertThat(usual.maxPending()).isEqualTo(10_000);
    assertThat(usual.taskTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(usual.overloadThreshold()).isEqualTo(0.8);
    assertThat(usual.requestsPerSecond()).isZero();
  }

  @Test
  void taskKeepsWhatIsTold() {
    Task<Integer> task =
        TASK.priority(TaskPriority.LOW)
            .timeout(Duration.ofSeconds(1))
            .metadata("a", "b")
            .attempts(3);

    assertThat(task.priority()).isEqualTo(7);
    assertThat(task.timeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(task.maxAttempts()).isEqualTo(3);
    assertThat(task.metadata()).isEqualTo(Map.of("a", "b"));
    assertThat(task.name()).isEqualTo("one");
  }

  static Stream<Arguments> misuses() {
    ConcurrencyConfigBuilder config = ConcurrencyConfig.named("x");
    return Stream.of(
        misuse(() -> TASK.priority(10), "priority must be in [0, 9] but was 10"),
        misuse(() -> TASK.attempts(0), "maxAttempts must be in [1, 100] but was 0"),
        misuse(() -> TASK.timeout(Duration.ZERO), "timeout must be in [PT0.001S, PT24H] but was"),
        misuse(() -> new TaskQueue<>(0), "capacity must be in [1, 10000000] but was 0"),
        misuse(() -> config.maxConcurrent(0).build(), "maxConcurrent must be in [1, 1000000]"),
        misuse(
            () -> ConcurrencyConfig.named("x").requestsPerSecond(Double.NaN).build(),
            "requestsPerSecond must be in"),
        misuse(() -> ConcurrencyConfig.named("x").burst(-1).build(), "burst must be in"),
        misuse(
            () -> ConcurrencyConfig.named("x").requestsPerSecond(5).adaptiveBetween(9, 3).build(),
            "maxRate must be in [9.0"),
        misuse(
            () -> ConcurrencyConfig.named("x").adaptiveBetween(1, 3).build(),
            "requestsPerSecond must be told"),
        misuse(
            () -> ConcurrencyConfig.named("x").overloadThreshold(0).build(),
            "overloadThreshold must be in"),
        misuse(
            () -> new PerformanceMonitor(Duration.ofMillis(1), System::nanoTime),
            "window must be in"));
  }

  @ParameterizedTest
  @MethodSource("misuses")
  void misuseIsRefusedWithNameAndBound(ThrowingCallable misuse, String message) {
    assertThatThrownBy(misuse)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static Arguments misuse(ThrowingCallable misuse, String message) {
    return Arguments.of(misuse, message);
  }
}
