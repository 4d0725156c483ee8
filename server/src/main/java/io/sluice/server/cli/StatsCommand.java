package io.sluice.server.cli;

import io.sluice.proto.v1.Alert;
import io.sluice.proto.v1.ExportFormat;
import io.sluice.proto.v1.ExportStatsRequest;
import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.StateStats;
import io.sluice.proto.v1.StatsServiceGrpc;
import io.sluice.proto.v1.StatsSnapshot;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what the server has counted. */
@Command(name = "stats", description = "Print what was granted, denied, used and waited for.")
final class StatsCommand implements Callable<Integer> {
  /** Ten thousand limits are about 50 MiB. */
  private static final int MAX_REPLY_BYTES = 256 << 20;

  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private Json json;

  @Option(names = "--limit", defaultValue = "", description = "Only this limit.")
  private String limit = "";

  @Option(names = "--resource", defaultValue = "", description = "Only limits of this resource.")
  private String resource = "";

  @Option(
      names = "--format",
      defaultValue = "TABLE",
      description = "${COMPLETION-CANDIDATES}; all but TABLE are of everything there is.")
  private Format format = Format.TABLE;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ExportFormat exported = format.wire;
    if (exported != null) {
      out.print(
          ask(stub -> stub.exportStats(ExportStatsRequest.newBuilder().setFormat(exported).build()))
              .getText());
      out.flush();
      return Exit.OK;
    }
    GetStatsRequest request =
        GetStatsRequest.newBuilder().setLimit(limit).setResource(resource).build();
    StatsSnapshot snapshot = ask(stub -> stub.getStats(request)).getSnapshot();
    if (json.wanted) {
      Json.print(out, snapshot);
      return Exit.OK;
    }
    Table table =
        new Table(
            "LIMIT",
            "KIND",
            "USED",
            "CAPACITY",
            "WAITING",
            "GRANTED",
            "DENIED",
            "EXPIRED",
            "PER SECOND",
            "ERRORS",
            "WAIT",
            "HOLD");
    for (LimitStats stats : snapshot.getLimitsList()) {
      table.row(
          stats.getLimit(),
          Words.of(stats.getKind()),
          stats.getUsed(),
          stats.getCapacity(),
          stats.getWaiting(),
          stats.getGranted(),
          stats.getDenied(),
          stats.getExpired(),
          String.format(Locale.ROOT, "%.1f", stats.getWindow().getGrantedPerSecond()),
          String.format(Locale.ROOT, "%.1f%%", 100 * stats.getWindow().getErrorRatio()),
          DurationText.of(stats.getMeanWait()),
          DurationText.of(stats.getMeanHold()));
    }
    table.print(out);
    out.printf(
        "%nup %s, %d leases, %d waiting%n",
        DurationText.of(snapshot.getProcess().getUptime()),
        snapshot.getProcess().getLeases(),
        snapshot.getProcess().getWaiting());
    for (Alert alert : snapshot.getAlertsList()) {
      out.printf(
          "ALERT: %s is %s, above %s, for %s%n",
          alert.getId(),
          alert.getValue(),
          alert.getThreshold(),
          DurationText.of(alert.getActiveFor()));
    }
    StateStats state = snapshot.getProcess().getState();
    if (state.hasShared()) {
      out.printf("shared by %d servers in redis%n", state.getShared().getProcesses());
    }
    if (!state.getProblem().isEmpty()) {
      out.printf("PROBLEM: %s%n", state.getProblem());
    }
    out.flush();
    return Exit.OK;
  }

  private <T> T ask(Function<StatsServiceGrpc.StatsServiceBlockingStub, T> call) {
    return target.call(
        channel ->
            call.apply(
                StatsServiceGrpc.newBlockingStub(channel)
                    .withMaxInboundMessageSize(MAX_REPLY_BYTES)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)));
  }

  /** How to print. */
  private enum Format {
    TABLE(null),
    JSON(ExportFormat.EXPORT_FORMAT_JSON),
    CSV(ExportFormat.EXPORT_FORMAT_CSV),
    PROMETHEUS(ExportFormat.EXPORT_FORMAT_PROMETHEUS);

    final @Nullable ExportFormat wire;

    Format(@Nullable ExportFormat wire) {
      this.wire = wire;
    }
  }
}
