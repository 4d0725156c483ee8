package io.sluice.engine.limit;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static io.sluice.engine.admission.EngineFixture.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.device.Device;
import io.sluice.engine.device.Placement;
import io.sluice.engine.model.InvalidArgumentException;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.stats.ResourceTable;
import io.sluice.engine.stats.SliceClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class LimitTableTest {
  private static final LeaseTerms TERMS = LeaseTerms.DEFAULT;
  private static final Policy RATE = rate(1, Duration.ofSeconds(1), 1);

  @Test
  void checksTokensLastAndListsAsConfigured() {
    LimitTable table =
        table(
            Limit.of("r", "**", RATE),
            Limit.of("d", "**", cards("gpu")),
            Limit.of("c", "a/*", concurrency(1)));
    assertThat(table.matching("a/b")).extracting(ActiveLimit::name).containsExactly("c", "d", "r");
    assertThat(table.route("x").limits()).extracting(ActiveLimit::name).containsExactly("d", "r");
    assertThat(table.route("x")).isSameAs(table.route("x"));
    assertThat(table.all()).extracting(ActiveLimit::name).containsExactly("r", "d", "c");
    assertThat(table.find("none")).isNull();
  }

  @Test
  void contradictionsAreRefusedByName() {
    refuses(
        "limits must have unique names but a is there twice",
        () -> table(Limit.of("a", "x", RATE), Limit.of("a", "y", RATE)));
    refuses(
        "limits must not share the pool gpu but a and b do",
        () -> table(Limit.of("a", "x", cards("gpu")), Limit.of("b", "y", cards("gpu"))));
    LimitTable table = table(Limit.of("a", "x", RATE));
    Limit other = Limit.of("b", "x", concurrency(1));
    refuses(
        "limits must have unique names but b is there twice",
        () -> table.replace(List.of(other, other)));
    refuses(
        "limits entries must be in [0, 10000] but was 10001",
        () -> table.replace(Collections.nCopies(10_001, other)));
    assertThat(table.all()).extracting(ActiveLimit::name).containsExactly("a");
  }

  @Test
  void anotherKindKeyOrPoolIsAnotherGenerationAndNumbersAreNot() {
    Limit rate = Limit.of("a", "x", RATE);
    LimitTable table = table(rate, Limit.of("b", "x", cards("gpu")));
    ActiveLimit first = table.find("a");
    assertThat(change(table, rate.withPolicy(rate(2, Duration.ofSeconds(1), 1))))
        .isEqualTo(new LimitChange(null, first, rate));
    assertThat(change(table, rate.withMatch(Match.resource("y"))).reroutes()).isTrue();
    assertThat(table.route("y").limits()).containsExactly(first);
    assertThat(table.route("x").limits()).extracting(ActiveLimit::name).containsExactly("b");
    LimitChange keyed = change(table, rate.withKey("tenant"));
    assertThat(keyed.retired()).isSameAs(first);
    assertThat(first.isRetired()).isTrue();
    assertThat(keyed.active().counters()).isSameAs(first.counters());
    assertThat(change(table, rate.withPolicy(concurrency(1))).retired()).isSameAs(keyed.active());
    assertThat(change(table, Limit.of("b", "x", cards("other"))).retired()).isNotNull();
  }

  @Test
  void poolKeepsTheDevicesThatItHas() {
    LimitTable table = table(Limit.of("b", "x", cards("gpu")));
    Limit without =
        Limit.of("b", "x", new Policy.Devices("gpu", List.of(), Placement.SPREAD, 3, TERMS));
    Policy.Devices policy = (Policy.Devices) change(table, without).active().limit().policy();
    assertThat(policy.devices()).hasSize(1);
    assertThat(policy.maxSharers()).isEqualTo(3);
  }

  @Test
  void limitsThatStayAreNoChange() {
    Limit rate = Limit.of("a", "x", RATE);
    LimitTable table = table(rate);
    long version = table.version();
    assertThat(table.replace(List.of(Limit.of("a", "x", RATE)))).isEmpty();
    assertThat(table.version()).isEqualTo(version);
  }

  private static LimitChange change(LimitTable table, Limit limit) {
    List<Limit> limits = new ArrayList<>(table.definitions());
    limits.replaceAll(old -> old.name().equals(limit.name()) ? limit : old);
    List<LimitChange> changes = table.replace(limits);
    assertThat(changes).hasSize(1);
    return changes.get(0);
  }

  @Test
  void limitsAreBounded() {
    Limit limit = Limit.of("a", "x", RATE);
    refuses("name must be 1..128 bytes of UTF-8 but was 0", () -> Limit.of("", "x", RATE));
    refuses(
        "name must be 1..128 bytes of UTF-8 but was 65536",
        () -> Limit.of("x".repeat(65_536), "x", RATE));
    refuses("queue.max must be in [0, 1000000] but was -1", () -> limit.withQueueMax(-1));
    refuses("max_keys must be in [1, 10000000] but was 0", () -> limit.withMaxKeys(0));
    refuses("max_permits_per_request must be in [0, ", () -> limit.withMaxPermitsPerRequest(-1));
    refuses("key must name each attribute once but was [a, a]", () -> limit.withKey("a", "a"));
    refuses("key must be 1..64 bytes of UTF-8 but was 0", () -> limit.withKey(""));
    refuses(
        "key entries must be in [0, 8] but was 9",
        () -> limit.withKey("1", "2", "3", "4", "5", "6", "7", "8", "9"));
    refuses(
        "key must be empty for a pool of devices but was [a]",
        () -> Limit.of("d", "x", cards("gpu")).withKey("a"));
    assertThat(limit.withMaxPermitsPerRequest(0).largestAsk()).isEqualTo(1);
    assertThat(Limit.of("c", "x", concurrency(9)).withMaxPermitsPerRequest(4).largestAsk())
        .isEqualTo(4);
  }

  @Test
  void anyNumberOfNamesLeadsWhereItShould() {
    Policy one = new Policy.Concurrency(1, TERMS);
    LimitTable table =
        new LimitTable(
            List.of(Limit.of("even", "*0", one), Limit.of("all", "**", one)),
            new ResourceTable(new SliceClock(0)),
            new SliceClock(0));
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 25_000; i++) {
        List<String> names = table.route("r" + i).limits().stream().map(ActiveLimit::name).toList();
        assertThat(names.equals(i % 10 == 0 ? List.of("even", "all") : List.of("all")))
            .as("r%d leads to %s", i, names)
            .isTrue();
      }
    }
    assertThat(table.knownRoutes()).isLessThanOrEqualTo(10_000);
  }

  @Test
  void policiesAreBounded() {
    refuses("concurrency.max must be in [1, 1099511627776] but was 0", () -> concurrency(0));
    refuses(
        "devices.slots must be in [1, 1099511627776] but was -1",
        () -> new Policy.Slots(-1, TERMS));
    refuses(
        "devices.max_sharers must be in [1, 64] but was 65",
        () -> new Policy.Devices("gpu", List.of(), Placement.SPREAD, 65, TERMS));
    refuses(
        "devices.inventory entries must be in [0, 1024] but was 1025",
        () ->
            new Policy.Devices(
                "gpu",
                Collections.nCopies(1025, new Device("x", 0, "", 1)),
                Placement.SPREAD,
                1,
                TERMS));
    refuses(
        "rate.permits must be in [0, 1099511627776] but was -1",
        () -> TokenScale.of(-1, 1_000_000, 1));
    refuses(
        "rate.per nanoseconds must be in [1000000, 3153600000000000000] but was 0",
        () -> TokenScale.of(1, 0, 1));
    refuses(
        "rate.burst must be in [1, 1099511627776] but was 0", () -> TokenScale.of(1, 1_000_000, 0));
    assertThat(TokenScale.of(10, 1_000_000_000, 5).fillNanos()).isEqualTo(500_000_000);
    assertThat(TokenScale.of(0, 1_000_000_000, 0).fillNanos()).isEqualTo(Long.MAX_VALUE);
    refuses(
        "rate.burst must be 0 with rate.permits 0, which closes the limit, but was 5",
        () -> TokenScale.of(0, 1_000_000, 5));
  }

  @Test
  void termsAreBoundedAndTheStricterHolds() {
    long second = 1_000_000_000L;
    refuses(
        "ttl nanoseconds must be in [1000000000, 86400000000000] but was 0",
        () -> new LeaseTerms(0, second, second));
    refuses(
        "max_ttl nanoseconds must be in [2000000000, 86400000000000] but was 1000000000",
        () -> new LeaseTerms(2 * second, second, second));
    refuses(
        "max_hold nanoseconds must be at least 1000000000 but was 1",
        () -> new LeaseTerms(second, second, 1));
    refuses(
        "lock_delay nanoseconds must be in [0, 3600000000000] but was -1",
        () -> new LeaseTerms(second, second, second).withLockDelayNanos(-1));
    refuses(
        "disconnect_grace nanoseconds must be in [0, 3600000000000] but was -1",
        () -> new LeaseTerms(second, second, second).withDisconnectGraceNanos(-1));
    LeaseTerms brief = new LeaseTerms(second, second, 5 * second).withLockDelayNanos(7);
    LeaseTerms late = new LeaseTerms(2 * second, 9 * second, 3 * second);
    assertThat(late.and(brief))
        .isEqualTo(brief.and(late))
        .isEqualTo(new LeaseTerms(second, second, 3 * second).withLockDelayNanos(7));
    assertThat(late.and(late)).isSameAs(late);
    assertThat(late.grant(0)).isEqualTo(2 * second);
    assertThat(late.grant(100 * second)).isEqualTo(9 * second);
  }

  private static LimitTable table(Limit... limits) {
    return new LimitTable(List.of(limits), new ResourceTable(new SliceClock(0)), new SliceClock(0));
  }

  private static Policy cards(String pool) {
    return new Policy.Devices(pool, List.of(new Device("x", 0, "", 1)), Placement.SPREAD, 1, TERMS);
  }

  private static void refuses(String message, Callable<?> code) {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(code::call)
        .withMessageStartingWith(message);
  }
}
