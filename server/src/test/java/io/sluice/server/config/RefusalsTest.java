package io.sluice.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalsTest {
  @Test
  void everythingWrongIsToldAtOnceInTheOrderOfItsPlace() throws IOException {
    String expected = Load.resource("refusals.txt").strip();

    assertThatThrownBy(
            () ->
                ConfigurationLoader.load(
                    Load.input(Load.resource("refusals.yaml"))
                        .withEnvironment(Map.of("SLUICE_LIMITS_A_RATE_PERMIT", "3"))
                        .withSets(List.of("limits.b.max=3"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          server: 5                               | 1:9: server: must be a mapping, with the keys listen, uds, admin, insecure, drain_grace, max_message, max_concurrent_calls, reload_interval, log_level, unmatched
          server: [ a ]                           | 1:9: server: must be a mapping, with the keys listen, uds, admin, insecure, drain_grace, max_message, max_concurrent_calls, reload_interval, log_level, unmatched
          [ a ]                                   | 1:1: must be a mapping, such as limits: [ … ]
          hello                                   | 1:1: must be a mapping, such as limits: [ … ]
          alerts: { heap: { above: 0.5, clear: 0.6 } } | 1:38: alerts.heap.clear: must be in [0, 0.5], which is above, but was 0.6
          server: { colour: red }                 | 1:11: server.colour: is not a key; known here: listen, uds, admin, insecure, drain_grace, max_message, max_concurrent_calls, reload_interval, log_level, unmatched
          server: { listne: red }                 | 1:11: server.listne: is not a key; did you mean listen?
          server: { listen: { a: b } }            | 1:19: server.listen: must be HOST:PORT but was a mapping
          server: { listen: 7400 }                | 1:19: server.listen: must be HOST:PORT such as 127.0.0.1:7400 but was 7400
          server: { listen: ":7400" }             | 1:19: server.listen: must be HOST:PORT such as 127.0.0.1:7400 but was :7400; 0.0.0.0:7400 is every interface
          server: { listen: "" }                  | 1:19: server.listen: must be HOST:PORT such as 127.0.0.1:7400 but was ""
          server: { listen: 127.0.0.1:65536 }     | 1:19: server.listen: must be HOST:PORT with a port in [0, 65535] but was 127.0.0.1:65536
          server: { listen: 127.0.0.256:1 }       | 1:19: server.listen: must be HOST:PORT with an IP address or a host name but was 127.0.0.256:1
          server: { listen: 10.0.0.1:1 }          | 1:19: server.listen: must be a loopback address unless server.insecure is true but was 10.0.0.1:1
          server: { admin: "[::]:1" }             | 1:18: server.admin: must be a loopback address unless server.insecure is true but was [::]:1
          server: { admin: 127.0.0.1:7400 }       | 1:18: server.admin: must not be the address of listen but was 127.0.0.1:7400
          server: { insecure: yes }               | 1:21: server.insecure: must be true or false but was yes
          server: { unmatched: maybe }            | 1:22: server.unmatched: must be deny or allow but was maybe
          server: { log_level: INFO }             | 1:22: server.log_level: must be off, error, warn, info, debug or trace but was INFO
          server: { max_message: 1MB }            | 1:24: server.max_message: must be bytes, or a size such as 64KiB, but was 1MB
          server: { max_message: 1GiB }           | 1:24: server.max_message: must be in [1024, 4194304] but was 1GiB
          server: { max_message: 9999999999999TiB } | 1:24: server.max_message: must be in [1024, 4194304] but was 9999999999999TiB
          queue: { max_waiters: 1.5 }             | 1:23: queue.max_waiters: must be a whole number but was 1.5
          queue: { max_waiters: 1e3 }             | 1:23: queue.max_waiters: must be a whole number but was 1e3
          queue: { max_waiters: .nan }            | 1:23: queue.max_waiters: must be a whole number but was .nan
          queue: { max_waiters: "" }              | 1:23: queue.max_waiters: must be a whole number but was ""
          queue: { max_waiters: -1 }              | 1:23: queue.max_waiters: must be in [0, 10000000] but was -1
          leases: { history_age: 5 }              | 1:24: leases.history_age: must be a duration such as 250ms, 30s or 1h30m but was 5; did you mean 5s?
          leases: { history_age: 1s1m }           | 1:24: leases.history_age: must be a duration such as 250ms, 30s or 1h30m but was 1s1m
          leases: { history_age: 31d }            | 1:24: leases.history_age: must be in [0s, 30d] but was 31d
          leases: { history_age: 99999999999d }   | 1:24: leases.history_age: must be in [0s, 30d] but was 99999999999d
          devices: { g: { inventory: fake:0x } }  | 1:28: devices.g.inventory: must be nvidia-smi, fake:COUNTxMIB or a list of devices but was fake:0x
          devices: { g: { inventory: fake:2x0 } } | 1:28: devices.g.inventory: must be in [1, 16777216] but was 0
          devices: { g: { inventory: fake:1025x9 } } | 1:28: devices.g.inventory: must be at most 1024 devices but was fake:1025x9
          devices: { g: { inventory: [ 5 ] } }    | 1:30: devices.g.inventory[0]: must be a mapping, with the keys uuid, index, model, memory_mib, labels
          devices: { g: { inventory: [ { uuid: a } ] } } | 1:30: devices.g.inventory[0].memory_mib: is required
          devices: { g: { inventory: fake:2x5, reserve_mib: 6 } } | 1:51: devices.g.reserve_mib: must be at most the memory of each device but GPU-fake-0 has 5 MiB
          devices: { g: { inventory: fake:2x5, poll: 5s } } | 1:44: devices.g.poll: must not be there with an inventory that is not polled
          devices: { g: { poll: 999ms } }         | 1:23: devices.g.poll: must be in [1s, 1h] but was 999ms
          devices: { g: { inventory: [ { uuid: a, memory_mib: 1, labels: { uuid: b } } ] } } | 1:64: devices.g.inventory[0].labels: must not be named uuid, index or model but has uuid
          devices: { a: { }, b: { } }             | 1:23: devices.b.inventory: must be nvidia-smi for one pool only but pool a has it already
          devices: { "a\\nb": { } }               | 1:20: devices.a<U+000A>b: has a name that must not contain control characters but has U+000A at index 1
          limits: 5                               | 1:9: limits: must be a list of at most 10000 limits, each with a name
          limits: { jobs: { } }                   | 1:9: limits: must be a list of at most 10000 limits, each with a name
          limits: [ { name: a, name: b } ]        | 1:22: limits[0].name: stands here again, first at sluice.yaml:1:13
          profile: prod                           | 1:10: profile: must be a profile but was prod; there are none
          profiles: 5                             | 1:11: profiles: must be a mapping from names to overlays
          profiles: { prod: 5 }                   | 1:19: profiles.prod: must be a mapping, with the keys profile, server, queue, leases, state, stats, alerts, devices, limits
          profiles: { prod: { profile: b } }      | 1:21: profiles.prod.profile: must not be chosen inside a profile
          profiles: { prod: { limits: [ ] } }     | 1:29: profiles.prod.limits: must be a mapping
          """)
  void refuses(String text, String problem) {
    assertThat(Load.problems(text)).contains(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          rate: { }                               | 4:11: limits.a.rate.permits: is required
          rate: 5                                 | 4:11: limits.a.rate: must be a mapping, with the keys permits, per, burst, allow_debt, carry_over, window, zone
          rate: { permits: 2, per: 1ns }          | 4:30: limits.a.rate.per: must be a duration such as 250ms, 30s or 1h30m, or 1w or 1mo, but was 1ns
          rate: { permits: 2000000000 }           | 4:11: limits.a.rate: must be at most one per nanosecond but was 2000000000 per 1000000000 ns
          rate: { permits: 1, per: 2d, window: calendar } | 4:30: limits.a.rate.per: must be 1m, 1h, 1d, 1w or 1mo with window: calendar but was 2d
          rate: { permits: 1, per: 1mo }          | 4:30: limits.a.rate.per: must not be 1mo without window: calendar
          rate: { permits: 1, zone: UTC }         | 4:31: limits.a.rate.zone: must not be there without window: calendar
          rate: { permits: 1, window: calendar, per: 1d, zone: Mars } | 4:58: limits.a.rate.zone: must be a time zone such as Europe/Berlin, +05:45 or UTC but was Mars
          rate: { permits: 1, window: fixed, burst: 2 } | 4:47: limits.a.rate.burst: must not be there with a window, only with a token bucket
          rate: { permits: 0, window: sliding }   | 4:22: limits.a.rate.permits: must be at least 1 with a window but was 0
          rate: { permits: 0, burst: 5 }          | 4:32: limits.a.rate.burst: must be 0 or absent with permits: 0, which closes the limit, but was 5
          rate: { permits: -1 }                   | 4:22: limits.a.rate.permits: must be in [0, 1099511627776] but was -1
          rate: { permits: 1, window: rolling }   | 4:33: limits.a.rate.window: must be none, sliding, fixed or calendar but was rolling
          rate: { permits: 1, burst: 0 }          | 4:32: limits.a.rate.burst: must be at least 1 unless permits is 0 but was 0
          concurrency: { max: 0 }                 | 4:25: limits.a.concurrency.max: must be in [1, 1099511627776] but was 0
          concurrency: { max: core }              | 4:25: limits.a.concurrency.max: must be a whole number or cores but was core
          concurrency: { max: 1, ttl: 25h }       | 4:33: limits.a.concurrency.ttl: must be in [1s, 24h] but was 25h
          concurrency: { max: 1, max_hold: never } | 4:38: limits.a.concurrency.max_hold: must be a duration such as 250ms, 30s or 1h30m, or none, but was never
          concurrency: { max: 1 }; headroom: 0.0001 | 5:15: limits.a.headroom: must be a share of one such as 0.8, with at most three decimals, but was 0.0001
          concurrency: { max: 1 }; headroom: 0    | 5:15: limits.a.headroom: must be in [0.001, 1] but was 0
          concurrency: { max: 1 }; headroom: 1.2  | 5:15: limits.a.headroom: must be in [0.001, 1] but was 1.2
          concurrency: { max: 1 }; mode: observe  | 5:11: limits.a.mode: must be enforce or shadow but was observe
          devices: { pool: gpu }; headroom: 0.5   | 2:5: limits.a: headroom thousandths must be 1000 for a pool of devices, which can reserve memory, but was 500
          concurrency: { max: 1 }; ky: [ a ]      | 5:5: limits.a.ky: is not a key; did you mean key?
          concurrency: { max: 1 }; key: tenant    | 5:10: limits.a.key: must be a list such as [tenant] but was tenant
          concurrency: { max: 1 }; key: [ "" ]    | 5:12: limits.a.key: must be 1..64 bytes of UTF-8 but was 0
          concurrency: { max: 1 }; key: [ [ ] ]   | 5:12: limits.a.key: must have texts but has []
          concurrency: { max: 1 }; key: [ a, b, c, d, e, f, g, h, i ] | 5:10: limits.a.key: must have at most 8 names but had 9
          concurrency: { max: 1 }; queue: 5       | 5:12: limits.a.queue: must be a mapping, with the keys max, mode, fairness, weights, aging, max_bypasses
          concurrency: { max: 1 }; queue: { fairness: nobody } | 5:24: limits.a.queue.fairness: must be client, none or a list such as [tenant] but was nobody
          concurrency: { max: 1 }; queue: { weights: { a: 0 } } | 5:23: limits.a.queue.weights: must be in [1, 1000] but was 0
          concurrency: { max: 1 }; queue: { fairness: none, weights: { a: 1 } } | 5:39: limits.a.queue.weights: must be empty unless the client or one attribute makes a flow
          concurrency: { max: 1 }; rate: { permits: 1 } | 2:5: limits.a: must have exactly one of rate, concurrency and devices but has rate and concurrency
          devices: { }                            | 4:14: limits.a.devices: must have exactly one of pool and slots but has none
          devices: { pool: h }                    | 4:22: limits.a.devices.pool: must be a pool under devices but was h
          devices: { pool: gpu }; key: [ t ]      | 5:10: limits.a.key: must be empty for a pool of devices
          devices: { pool: gpu, placement: pack } | 4:38: limits.a.devices.placement: must be binpack or spread but was pack
          concurrency: { max: 1 }; breaker: { failure_percent: 0 } | 5:33: limits.a.breaker.failure_percent: must be in [1, 100] but was 0
          concurrency: { max: 1 }; breaker: { open: 2s, max_open: 1s } | 5:36: limits.a.breaker.max_open: must be at least open, which is 2s, but was 1s
          concurrency: { max: 1 }; breaker: { slow_call: 1s } | 5:27: limits.a.breaker.slow_call: must not be there without a slow_percent above 0
          concurrency: { max: 1 }; breaker: { probe: 1 } | 5:16: limits.a.breaker.probe: is not a key; did you mean probes?
          rate: { permits: 60 }; adaptive: { controller: vegas } | 5:29: limits.a.adaptive.controller: must be governor, aimd, success_ratio, aws_cubic or fixed for a rate but was vegas
          concurrency: { max: 1 }; adaptive: { controller: governor } | 5:29: limits.a.adaptive.controller: must be gradient_probe, aimd, vegas or fixed for a concurrency but was governor
          rate: { permits: 60 }; adaptive: { controller: pid } | 5:29: limits.a.adaptive.controller: must be governor, aimd, success_ratio, aws_cubic, gradient_probe, vegas or fixed but was pid
          rate: { permits: 60 }; adaptive: pid    | 5:15: limits.a.adaptive.controller: must be governor, aimd, success_ratio, aws_cubic, gradient_probe, vegas or fixed but was pid
          concurrency: { max: 1 }; adaptive: aws_cubic | 5:15: limits.a.adaptive.controller: must be gradient_probe, aimd, vegas or fixed for a concurrency but was aws_cubic
          rate: { permits: 60 }; adaptive: [ aimd ] | 5:15: limits.a.adaptive: must be a mapping, with the keys controller, max, min, initial, backoff, recovery, throttled_factor, error_factor, increase, cooldown, window, raise_above, raise_factor, lower_below, lower_factor, timeout
          rate: { permits: 60 }; adaptive: { window: 9s } | 5:25: limits.a.adaptive.window: must not be there with controller: governor, only with success_ratio
          rate: { permits: 60 }; adaptive: { controller: aws_cubic, backoff: 0.5 } | 5:49: limits.a.adaptive.backoff: must not be there with controller: aws_cubic, only with governor and aimd of a concurrency
          concurrency: { max: 1 }; adaptive: { controller: aimd, cooldown: 1s } | 5:45: limits.a.adaptive.cooldown: must not be there with controller: aimd of a concurrency, only with aimd of a rate
          rate: { permits: 60 }; adaptive: { controller: fixed, max: 5 } | 5:41: limits.a.adaptive.max: must not be there with controller: fixed, only with another
          rate: { permits: 60, window: fixed }; adaptive: { } | 5:15: limits.a.adaptive: must not be there with a window, whose permits come all at once
          devices: { slots: 2 }; adaptive: { }    | 5:15: limits.a.adaptive: must not be there with devices, of which there are as many as there are
          rate: { permits: 60 }; adaptive: { min: 61 } | 5:22: limits.a.adaptive.min: must be at most max, which is 60, but was 61
          rate: { permits: 60 }; adaptive: { initial: 61 } | 5:26: limits.a.adaptive.initial: must be in [0.1, 60], from min to max, but was 61
          rate: { permits: 1, per: 1h }; adaptive: { } | 5:15: limits.a.adaptive.max: must be in [0.001, 1000000000] permits a second but was 0.000277777777777778 a second
          rate: { permits: 60, per: 1h }; adaptive: { min: 1 } | 5:22: limits.a.adaptive.min: must be in [0.001, 1000000000] permits a second but was 0.000277777777777778 a second
          rate: { permits: 60 }; adaptive: { min: 0.0005 } | 5:22: limits.a.adaptive.min: must be a number such as 0.5, with at most three decimals, but was 0.0005
          rate: { permits: 60 }; adaptive: { max: 0 } | 5:22: limits.a.adaptive.max: must be in [0.001, 1099511627776] but was 0
          rate: { permits: 60 }; adaptive: { controller: success_ratio, raise_above: 0.5 } | 5:15: limits.a.adaptive.lower_below: must be in [0, 0.5] but was 0.8
          concurrency: { max: 9 }; adaptive: { max: 2.5 } | 5:22: limits.a.adaptive.max: must be a whole number for a concurrency but was 2.5
          concurrency: { max: 9 }; adaptive: { max: 1000001 } | 5:22: limits.a.adaptive.max: must be at most 1000000 for a concurrency but was 1000001
          concurrency: { max: 9 }; adaptive: { controller: aimd, backoff: 0.2 } | 5:44: limits.a.adaptive.backoff: must be in [0.5, 0.99] but was 0.2
          """)
  void refusesInALimit(String rest, String problem) {
    String text =
        "limits:\n  - name: a\n    match: { resource: b }\n    "
            + rest.replace("; ", "\n    ")
            + "\ndevices: { gpu: }";

    assertThat(Load.problems(text)).containsExactly(problem);
  }

  @Test
  void refusesTwoLimitsOnOnePool() {
    String text =
        """
        limits:
          - { name: a, match: { resource: b }, devices: { pool: gpu } }
          - { name: b, match: { resource: c }, devices: { pool: gpu } }
        devices: { gpu: }
        """;

    assertThat(Load.problems(text))
        .containsExactly(
            "3:57: limits.b.devices.pool: must be of one limit but gpu is of a already");
  }

  @Test
  void aDefectiveValueIsNotBlamedForContradictions() {
    assertThat(
            Load.problems(
                "limits: [ { name: a, match: { resource: b }, concurrency: "
                    + "{ max: 1, ttl: 1, max_ttl: 10s } } ]"))
        .containsExactly(
            "1:74: limits.a.concurrency.ttl: must be a duration such as 250ms, 30s or 1h30m but was"
                + " 1; did you mean 1s?");
  }

  @Test
  void insecureAllowsAnyAddress() {
    assertThat(Load.problems("server: { listen: 0.0.0.0:1, admin: \"[::]:2\", insecure: true }"))
        .isEmpty();
  }

  @Test
  void aPortZeroMayBeSharedByListenAndAdmin() {
    assertThat(Load.problems("server: { listen: 127.0.0.1:0, admin: 127.0.0.1:0 }")).isEmpty();
  }

  @Test
  void nothingAsAdminOrSocketIsNone() {
    for (String nothing : List.of("", "null", "~", "\"\"", "${NOTHING:}")) {
      ServerSettings server =
          Load.valid("server:\n  admin: " + nothing + "\n  uds: " + nothing).server();

      assertThat(server.admin()).as(nothing).isNull();
      assertThat(server.udsPath()).as(nothing).isNull();
    }
  }

  @Test
  void aProblemIsOneLineWhateverTheNamesInIt() {
    assertThat(Load.problems("profile: x\nprofiles: { \"a\\nb\": }"))
        .containsExactly("1:10: profile: must be a profile but was x; there are a<U+000A>b");
  }

  @Test
  void aByteOrderMarkIsSkipped() {
    assertThat(Load.problems("\uFEFFserver: { log_level: warn }\n")).isEmpty();
  }

  @Test
  void aLongListOfProblemsIsCutInTheMessageOnly() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 150; i++) {
      text.append("unknown").append(i).append(": 1\n");
    }

    assertThat(Load.problems(text.toString())).hasSize(150);
    assertThatThrownBy(() -> ConfigurationLoader.load(Load.input(text.toString())))
        .hasMessageEndingWith("and 50 more");
  }
}
