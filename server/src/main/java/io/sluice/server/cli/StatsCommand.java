package io.sluice.server.cli;

import io.sluice.proto.v1.GetStatsRequest;
import io.sluice.proto.v1.LimitStats;
import io.sluice.proto.v1.StateStats;
import io.sluice.proto.v1.StatsServiceGrpc;
import io.sluice.proto.v1.StatsSnapshot;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what the server has counted. */
@Command(name = "stats", description = "Print what was granted, denied, used and waited for.")
final class StatsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private Json json;

  @Option(names = "--limit", defaultValue = "", description = "Only this limit.")
  private String limit = "";

  @Option(names = "--resource", defaultValue = "", description = "Only limits of this resource.")
  private String resource = "";

  @Override
  public Integer call() {
    StatsSnapshot snapshot =
        target.call(
            channel ->
                StatsServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .getStats(
                        GetStatsRequest.newBuilder().setLimit(limit).setResource(resource).build())
                    .getSnapshot());
    PrintWriter out = spec.commandLine().getOut();
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
          DurationText.of(stats.getMeanWait()),
          DurationText.of(stats.getMeanHold()));
    }
    table.print(out);
    out.printf(
        "%nup %s, %d leases, %d waiting%n",
        DurationText.of(snapshot.getProcess().getUptime()),
        snapshot.getProcess().getLeases(),
        snapshot.getProcess().getWaiting());
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
}
