package io.sluice.benchmarks;

import io.sluice.benchmarks.Load.Figures;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.Demand;
import io.sluice.server.SluiceServer;
import io.sluice.server.config.ConfigurationInput;
import io.sluice.server.config.ConfigurationLoader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What it costs that leases survive: the same load with the journal off, and with each fsync. */
final class JournalBenchmark {
  private static final String CONFIG =
      """
      server: { listen: 127.0.0.1:0, uds: "", admin: "", max_concurrent_calls: 10000 }
      state: { dir: "%s", fsync: %s }
      limits:
        - { name: rate, match: { resource: rate }, rate: { permits: 1000000000, per: 1s, burst: 1000000000 } }
        - { name: jobs, match: { resource: jobs }, concurrency: { max: 1000000 } }
      """;
  private static final int IN_FLIGHT = 128;
  private static final List<String> KINDS = List.of("off", "never", "interval", "always");

  private JournalBenchmark() {}

  /** Runs it: rounds (3) and seconds of each (5) may be given. */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 5;
    System.out.println("| what | journal | per second | of off | p50/p99 µs |");
    System.out.println("|---|---|---|---|---|");
    for (String resource : List.of("jobs", "rate")) {
      compare(resource, rounds, seconds);
    }
  }

  private static void compare(String resource, int rounds, double seconds) throws Exception {
    Map<String, SluiceServer> servers = new LinkedHashMap<>();
    Map<String, List<Figures>> figures = new LinkedHashMap<>();
    for (String kind : KINDS) {
      Path directory = Files.createTempDirectory("sluice-journal-" + kind);
      String config =
          kind.equals("off") ? CONFIG.formatted("", "never") : CONFIG.formatted(directory, kind);
      servers.put(
          kind,
          SluiceServer.start(
              ConfigurationLoader.load(ConfigurationInput.of("journal", config)), "benchmark"));
      figures.put(kind, new ArrayList<>());
    }
    try {
      for (int round = -1; round < rounds; round++) { // the first one warms up
        for (String kind : KINDS) {
          Figures seen =
              LoadBenchmark.once(
                  new InetSocketAddress("127.0.0.1", servers.get(kind).grpcAddress().port()),
                  AcquireRequest.newBuilder()
                      .setClientId("load")
                      .addDemands(Demand.newBuilder().setResource(resource))
                      .build(),
                  IN_FLIGHT,
                  resource.equals("jobs"),
                  round < 0 ? 1 : seconds);
          if (round >= 0) {
            figures.get(kind).add(seen);
          }
        }
      }
    } finally {
      servers.values().forEach(SluiceServer::close);
    }
    double off = LoadBenchmark.median(figures.get("off")).perSecond();
    figures.forEach(
        (kind, seen) -> {
          Figures median = LoadBenchmark.median(seen);
          System.out.printf(
              "| %s | %s | %,.0f | %.2f | %.0f / %.0f |%n",
              resource.equals("jobs") ? "acquire+release of a lease" : "acquire of a rate",
              kind,
              median.perSecond(),
              median.perSecond() / off,
              median.p50Micros(),
              median.p99Micros());
        });
  }
}
