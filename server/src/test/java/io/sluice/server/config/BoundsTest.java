package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bounds that a key tells are the ones that it has, and the engine takes all within them. */
class BoundsTest {
  private static final Pattern RANGE = Pattern.compile("([0-9]+)(ms|s|h|d|)\\.\\.([0-9]+)(s|h|d|)");

  /** A file in which a value for any key makes sense, by the kind that the key belongs to. */
  private static final Map<String, String> FILES =
      Map.of(
          "rate", "limits: [ { name: a, match: { resource: b }, rate: { permits: 1, per: 1h } } ]",
          "concurrency",
              "limits: [ { name: a, match: { resource: b }, concurrency: { max: 1, ttl: 1s } } ]",
          "slots",
              "limits: [ { name: a, match: { resource: b }, devices: { slots: 1, ttl: 1s } } ]",
          "devices",
              "limits: [ { name: a, match: { resource: b }, devices: { pool: g, ttl: 1s } } ]\n"
                  + "devices: { g: { inventory: fake:1x16777216 } }",
          "poll", "devices: { g: { inventory: nvidia-smi } }");

  private static final Map<Key<?>, String> CONTROLLERS =
      Map.of(
          Keys.ADAPTIVE_RECOVERY, "governor",
          Keys.ADAPTIVE_INCREASE, "aimd",
          Keys.ADAPTIVE_COOLDOWN, "aimd",
          Keys.ADAPTIVE_WINDOW, "success_ratio",
          Keys.ADAPTIVE_RAISE_ABOVE, "success_ratio, lower_below: 0",
          Keys.ADAPTIVE_RAISE_FACTOR, "success_ratio",
          Keys.ADAPTIVE_LOWER_BELOW, "success_ratio, raise_above: 1",
          Keys.ADAPTIVE_TIMEOUT, "aimd");

  static Stream<Key<?>> keys() {
    return Keys.ALL.stream()
        .filter(key -> RANGE.matcher(key.type().bound()).matches())
        .filter(key -> !key.path().contains("[]"));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void bothEndsAreAcceptedAndNothingBeyond(Key<?> key) {
    Matcher range = RANGE.matcher(key.type().bound());
    assertThat(range.matches()).isTrue();

    assertThat(problems(key, range.group(1) + range.group(2))).isEmpty();
    assertThat(problems(key, range.group(3) + range.group(4))).isEmpty();
    assertThat(problems(key, Long.parseLong(range.group(3)) + 1 + range.group(4)))
        .singleElement()
        .asString()
        .contains("must be in [" + key.type().bound().replace("..", ", ") + "]");
    long below = Long.parseLong(range.group(1)) - 1;
    assertThat(problems(key, below + range.group(2))).hasSize(1);
  }

  @Test
  void someKeysHaveARange() {
    assertThat(keys()).hasSizeGreaterThan(20);
  }

  @Test
  void aListOfDevicesHasItsBounds() {
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < 1024; i++) {
      devices.add("{ uuid: u" + i + ", memory_mib: " + (i == 0 ? "1" : "16TiB") + " }");
    }
    assertThat(Load.problems("devices: { g: { inventory: " + devices + " } }")).isEmpty();

    devices.add("{ uuid: u, memory_mib: 1 }");
    assertThat(Load.problems("devices: { g: { inventory: " + devices + " } }"))
        .containsExactly("1:28: devices.g.inventory: must have at most 1024 devices but had 1025");
  }

  private static List<String> problems(Key<?> key, String value) {
    String path = key.path().replace("<name>", "a").replace("<pool>", "g");
    if (CONTROLLERS.containsKey(key)) {
      String kind =
          key == Keys.ADAPTIVE_TIMEOUT ? "concurrency: { max: 9 }" : "rate: {permits: 60, per: 1h}";
      String controller = ", adaptive: { controller: " + CONTROLLERS.get(key) + " } } ]";
      String text = "limits: [ { name: a, match: { resource: b }, " + kind + controller;
      return Load.problems(Load.input(text).withSets(List.of(path + "=" + value)));
    }
    List<String> kinds = List.of("rate", "concurrency", "slots", "poll", "devices");
    String file =
        kinds.stream()
            .filter(kind -> key.path().contains(kind))
            .findFirst()
            .map(FILES::get)
            .orElse(FILES.get("devices"));
    List<String> sets = new ArrayList<>(List.of(path + "=" + value));
    if (key == Keys.MEAN_LATENCY_CLEAR) {
      sets.add("alerts.mean_latency.above=366d"); // it may be no more than that
    }
    if (key == Keys.RATE_BURST && value.equals("0")) {
      sets.add("limits.a.rate.permits=0"); // a burst of 0 goes with no other rate
    }
    if (key == Keys.BREAKER_SLOW_CALL) {
      sets.add("limits.a.breaker.slow_percent=1"); // without it nothing is slow
    }
    if (key == Keys.BREAKER_MAX_OPEN) {
      sets.add("limits.a.breaker.open=1ms"); // which is the least that it may be
    }
    return Load.problems(Load.input(file).withSets(sets));
  }
}
