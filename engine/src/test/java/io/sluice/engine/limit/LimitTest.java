package io.sluice.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.engine.breaker.BreakerRules;
import io.sluice.engine.rate.TokenScale;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A limit, or the rules of a breaker, that differs from another in what was said and in no more.
 */
class LimitTest {
  private static final Policy RATE =
      new Policy.Rate(TokenScale.of(100, TimeUnit.SECONDS.toNanos(1), 100));

  /** Has no default in any place. */
  private static final Limit LIMIT =
      new Limit(
          "a",
          Match.resource("b"),
          List.of("c"),
          RATE,
          LimitMode.SHADOW,
          500,
          7,
          QueueRules.DEFAULT.withMode(QueueMode.INTERACTIVE),
          9,
          Sharing.DEFAULT.withSlice(3),
          Learning.NONE.withBreaker(BreakerRules.DEFAULT));

  static Stream<Arguments> changes() {
    return Stream.of(
        change(Set.of("match"), limit -> limit.withMatch(Match.resource("x"))),
        change(Set.of("key"), limit -> limit.withKey("x", "y")),
        change(
            Set.of("policy"), limit -> limit.withPolicy(new Policy.Slots(4, LeaseTerms.DEFAULT))),
        change(Set.of("mode"), limit -> limit.withMode(LimitMode.ENFORCE)),
        change(Set.of("headroomPermille"), limit -> limit.withHeadroomPermille(600)),
        change(Set.of("maxPermitsPerRequest"), limit -> limit.withMaxPermitsPerRequest(8)),
        change(Set.of("queue"), limit -> limit.withQueue(QueueRules.DEFAULT)),
        change(Set.of("queue"), limit -> limit.withQueueMax(10)),
        change(Set.of("maxKeys"), limit -> limit.withMaxKeys(10)),
        change(Set.of("sharing"), limit -> limit.withSharing(Sharing.DEFAULT)),
        change(Set.of("learning"), limit -> limit.withLearning(Learning.NONE)),
        change(Set.of("policy", "headroomPermille"), Limit::effective));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void changesWhatIsSaidAndNothingElse(Set<String> components, UnaryOperator<Limit> change)
      throws ReflectiveOperationException {
    assertThat(differences(LIMIT, change.apply(LIMIT))).isEqualTo(components);
  }

  static Stream<Arguments> rules() {
    return Stream.of(
        rule(Set.of("windowNanos", "minCalls"), rules -> rules.withWindow(20_000_000, 3)),
        rule(Set.of("failurePercent"), rules -> rules.withFailurePercent(3)),
        rule(Set.of("slowPercent", "slowNanos"), rules -> rules.withSlow(3, 4_000_000)),
        rule(Set.of("openNanos", "maxOpenNanos"), rules -> rules.withOpen(1_000_000, 2_000_000)),
        rule(Set.of("probes", "probeTtlNanos"), rules -> rules.withProbes(3, 4_000_000)),
        rule(Set.of("consecutiveFailures"), rules -> rules.withConsecutiveFailures(3)));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void rulesOfABreakerChangeInWhatIsSaid(Set<String> components, UnaryOperator<BreakerRules> change)
      throws ReflectiveOperationException {
    assertThat(differences(BreakerRules.DEFAULT, change.apply(BreakerRules.DEFAULT)))
        .isEqualTo(components);
  }

  @Test
  void theHeadroomIsTakenOnce() {
    Limit effective = LIMIT.effective();

    assertThat(effective.policy()).isEqualTo(RATE.withHeadroom(500));
    assertThat(effective.effective()).isSameAs(effective);
  }

  private static Arguments change(Set<String> components, UnaryOperator<Limit> change) {
    return arguments(components, change);
  }

  private static Arguments rule(Set<String> components, UnaryOperator<BreakerRules> change) {
    return arguments(components, change);
  }

  private static Set<String> differences(Record before, Record after)
      throws ReflectiveOperationException {
    Set<String> differences = new HashSet<>();
    for (RecordComponent component : before.getClass().getRecordComponents()) {
      Object was = component.getAccessor().invoke(before);
      if (!was.equals(component.getAccessor().invoke(after))) {
        differences.add(component.getName());
      }
    }
    return differences;
  }
}
