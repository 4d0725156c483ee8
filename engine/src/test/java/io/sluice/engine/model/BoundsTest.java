package io.sluice.engine.model;

import static io.sluice.engine.admission.EngineFixture.concurrency;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.engine.admission.EngineFixture;
import io.sluice.engine.admission.EngineSettings;
import io.sluice.engine.admission.Snapshot;
import io.sluice.engine.limit.Limit;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Bad input is refused by field, value and bound, and changes nothing. */
class BoundsTest {
  private static final String HUGE = "x".repeat(65_536);
  private static final Demand DEMAND = Demand.of("jobs");

  @Test
  void resourcesAreTextsOfBoundedLength() {
    refuses("resource must be 1..256 bytes of UTF-8 but was 0", () -> Demand.of(""));
    refuses("resource must be 1..256 bytes of UTF-8 but was 257", () -> Demand.of("x".repeat(257)));
    refuses("resource must be 1..256 bytes of UTF-8 but was 65536", () -> Demand.of(HUGE));
    refuses(
        "resource must be 1..256 bytes of UTF-8 but was 260",
        () -> Demand.of("€".repeat(86) + "xx"));
    refuses("resource must be 1..256 bytes of UTF-8 but was 260", () -> Demand.of("😀".repeat(65)));
    refuses(
        "resource must not contain control characters but has U+0000 at index 1",
        () -> Demand.of("a\0"));
    refuses(
        "resource must not contain control characters but has U+000A at index 0",
        () -> Demand.of("\n"));
    refuses(
        "resource must not contain control characters but has U+007F at index 2",
        () -> Demand.of("ab\u007f"));
    refuses(
        "resource must not contain control characters but has U+0085 at index 0",
        () -> Demand.of("\u0085"));
    refuses(
        "resource must be valid Unicode but has an unpaired surrogate at index 1",
        () -> Demand.of("a\ud800"));
    refuses(
        "resource must be valid Unicode but has an unpaired surrogate at index 0",
        () -> Demand.of("\udc00a"));
    refuses(
        "resource must be valid Unicode but has an unpaired surrogate at index 0",
        () -> Demand.of("\ud800a"));
    assertThat(Demand.of("x".repeat(256)).resource()).hasSize(256);
    assertThat(Demand.of("😀".repeat(64)).resource()).hasSize(128);
    assertThat(Demand.of("é/\u00a0").resource()).hasSize(3);
  }

  @Test
  void permitsAreBounded() {
    refuses("permits must be in [0, 1099511627776] but was -1", () -> Demand.of("a", -1));
    refuses(
        "permits must be in [0, 1099511627776] but was 9223372036854775807",
        () -> Demand.of("a", Long.MAX_VALUE));
  }

  @Test
  void attributesAndLabelsAreBounded() {
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 33; i++) {
      many.put("a" + i, "");
    }
    refuses(
        "attributes must have at most 32 entries but had 33", () -> DEMAND.withAttributes(many));
    refuses(
        "attributes name must be 1..64 bytes of UTF-8 but was 0",
        () -> DEMAND.withAttributes(Map.of("", "x")));
    refuses(
        "attributes name must be 1..64 bytes of UTF-8 but was 65536",
        () -> DEMAND.withAttributes(Map.of(HUGE, "x")));
    refuses(
        "attributes[a] must be 0..256 bytes of UTF-8 but was 65536",
        () -> DEMAND.withAttributes(Map.of("a", HUGE)));
    refuses(
        "labels must have at most 16 entries but had 33",
        () -> Acquire.builder(DEMAND).labels(many).build());
  }

  @Test
  void acquiresAreBounded() {
    refuses("demands must have 1..16 entries but had 0", () -> Acquire.of());
    refuses(
        "demands must have 1..16 entries but had 17",
        () -> Acquire.builder(Collections.nCopies(17, DEMAND)).build());
    refuses(
        "request_id must be 0..128 bytes of UTF-8 but was 65536",
        () -> Acquire.builder(DEMAND).requestId(HUGE).build());
    refuses(
        "client_id must be 0..128 bytes of UTF-8 but was 129",
        () -> Acquire.builder(DEMAND).clientId("x".repeat(129)).build());
    refuses(
        "max_wait nanoseconds must be in [0, 86400000000000] but was -1",
        () -> Acquire.builder(DEMAND).maxWaitNanos(-1).build());
    for (long ttl : new long[] {-1, 1, 999_999_999, Bounds.MAX_TTL_NANOS + 1}) {
      refuses(
          "ttl nanoseconds must be in [1000000000, 86400000000000] but was " + ttl,
          () -> Acquire.builder(DEMAND).ttlNanos(ttl).build());
    }
    refuses(
        "priority must be in [0, 9] but was 10",
        () -> Acquire.builder(DEMAND).priority(10).build());
    refuses(
        "priority must be in [0, 9] but was -1",
        () -> Acquire.builder(DEMAND).priority(-1).build());
    LeaseId id = new LeaseId(1, 1);
    refuses(
        "message must be 0..1024 bytes of UTF-8 but was 65536",
        () -> new Release(id, Outcome.ERROR, 0, HUGE));
    refuses(
        "latency nanoseconds must be in [-1, ",
        () -> new Release(id, Outcome.ERROR, Long.MAX_VALUE, ""));
    refuses(
        "queue.max_waiters must be in [0, 10000000] but was -1",
        () -> new EngineSettings(true, -1, 0));
    refuses(
        "queue.max_waiters_per_client must be in [0, 10000000] but was -1",
        () -> new EngineSettings(true, 0, -1));
  }

  @Test
  void engineIsUnchangedByBadInput() {
    EngineFixture engine = EngineFixture.of(Limit.of("jobs", "**", concurrency(2)));
    engine.lease("jobs");
    Snapshot before = engine.engine().snapshot(engine.now());
    List<Callable<?>> inputs =
        List.of(
            () -> engine.ask(HUGE),
            () -> engine.ask("\ud800"),
            () -> engine.ask(Demand.of("jobs", -1)),
            () -> engine.ask(),
            () -> engine.ask(Acquire.builder(DEMAND).priority(99).build()));
    inputs.forEach(input -> refuses("", input));
    Limit jobs = Limit.of("jobs", "**", concurrency(1));
    refuses(
        "limits must have unique names but jobs is there twice",
        () -> {
          engine.engine().replaceLimits(List.of(jobs, jobs), engine.now());
          return null;
        });
    refuses(
        "attributes[a] must be",
        () ->
            new Report(
                Demand.of("jobs").withAttributes(Map.of("a", HUGE)),
                Outcome.SUCCESS,
                -1,
                ProviderHint.NONE));
    assertThat(engine.engine().snapshot(engine.now())).isEqualTo(before);
  }

  @Test
  void leaseIdIsThirtyTwoHexadecimalDigits() {
    LeaseId id = new LeaseId(-2, 255);
    assertThat(id).hasToString("fffffffffffffffe00000000000000ff");
    assertThat(LeaseId.parse(id.toString())).isEqualTo(id).hasSameHashCodeAs(id);
    assertThat(LeaseId.parse("")).isNull();
    assertThat(LeaseId.parse("g".repeat(32))).isNull();
    assertThat(id)
        .isNotEqualTo(new LeaseId(-1, 255))
        .isNotEqualTo(new LeaseId(-2, 1))
        .isNotEqualTo("x");
  }

  @Test
  void exceptionNamesItsField() {
    assertThat(new InvalidArgumentException("ttl", "must be short").field()).isEqualTo("ttl");
  }

  private static void refuses(String message, Callable<?> code) {
    assertThatExceptionOfType(InvalidArgumentException.class)
        .isThrownBy(code::call)
        .withMessageStartingWith(message);
  }
}
