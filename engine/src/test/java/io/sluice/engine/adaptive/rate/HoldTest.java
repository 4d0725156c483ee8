package io.sluice.engine.adaptive.rate;

import static io.sluice.engine.adaptive.rate.RateFixture.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.engine.model.Outcome;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a provider asks for holds, in all controllers alike. */
class HoldTest {
  @ParameterizedTest
  @CsvSource({
    "0,                   0,   0",
    "1,                   0,   0.001",
    "1000000000,          1,   1.1",
    "59000000000,        59,  64.9",
    "600000000000,      600, 660",
    "601000000000,      600, 660",
    "86400000000000,    600, 660",
    "2147483648000000,  600, 660",
    "9223372036854775807, 600, 660"
  })
  void holdsAsLongAsAskedUpToTenMinutesAndATenthMore(long asked, double least, double most) {
    for (RateRules rules : RateFixture.all()) {
      for (long start : new long[] {0, 7 * SECOND, -5 * SECOND, Long.MAX_VALUE - 5 * SECOND}) {
        RateFixture fixture = new RateFixture(rules, start);
        fixture.end(Outcome.THROTTLED, start, asked);
        assertThat(fixture.heldSeconds()).isBetween(least, most);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void nothingHoldsBeforeAProviderAsks(RateRules rules) {
    RateFixture fixture = new RateFixture(rules).end(Outcome.THROTTLED).end(Outcome.SUCCESS);
    assertThat(fixture.controller.heldUntilNanos()).isEqualTo(Long.MIN_VALUE);
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void aShorterHoldChangesNothing(RateRules rules) {
    RateFixture fixture = new RateFixture(rules).end(Outcome.THROTTLED, 0, 30 * SECOND);
    long until = fixture.controller.heldUntilNanos();
    fixture.end(Outcome.THROTTLED, 0, 5 * SECOND);
    assertThat(fixture.controller.heldUntilNanos()).isEqualTo(until);
    fixture.end(Outcome.THROTTLED, 0, 60 * SECOND);
    assertThat(fixture.heldSeconds()).isBetween(60.0, 66.0);
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void thoseWhoWereToldTheSameDoNotComeBackAtOnce(RateRules rules) {
    Set<Long> tenths = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      RateController controller = rules.controller(RateFixture.random(seed), 0);
      controller.ended(new Feedback(Outcome.THROTTLED, 1, 0, 60 * SECOND, false), 0);
      tenths.add(controller.heldUntilNanos() / (SECOND / 10));
    }
    assertThat(tenths).as("spread over 6 s").hasSizeGreaterThan(40);
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void whatRemainsAtTheProviderLastsUntilItsWindowBeginsAnew(RateRules rules) {
    RateFixture fixture = new RateFixture(rules);
    fixture.controller.provider(40, 20 * SECOND, fixture.now);
    assertThat(fixture.rate()).isEqualTo(1.9, within(1e-9));
    assertThat(fixture.pass(19.9).rate()).isEqualTo(1.9, within(1e-9));
    assertThat(fixture.pass(0.1).rate()).isEqualTo(10);
    fixture.controller.provider(1, 100 * SECOND, fixture.now);
    assertThat(fixture.rate()).as("the floor").isEqualTo(1);
    fixture.controller.provider(1_000_000, SECOND, fixture.now);
    assertThat(fixture.rate()).as("plenty remains").isEqualTo(10);
  }

  @ParameterizedTest
  @MethodSource("io.sluice.engine.adaptive.rate.RateFixture#all")
  void nothingStartsWhenNothingRemains(RateRules rules) {
    RateFixture fixture = new RateFixture(rules);
    fixture.controller.provider(0, 0, fixture.now);
    fixture.controller.provider(5, -1, fixture.now);
    assertThat(fixture.heldSeconds()).isZero();
    fixture.controller.provider(-3, 30 * SECOND, fixture.now);
    assertThat(fixture.heldSeconds()).isBetween(30.0, 33.0);
    fixture.controller.provider(0, Long.MAX_VALUE, fixture.now);
    assertThat(fixture.heldSeconds()).isBetween(600.0, 660.0);
    fixture.controller.provider(5, Long.MAX_VALUE, fixture.now);
    assertThat(fixture.rate()).isEqualTo(1);
  }
}
