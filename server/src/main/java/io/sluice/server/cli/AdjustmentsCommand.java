package io.sluice.server.cli;

import io.sluice.proto.v1.Adjustment;
import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.ListAdjustmentsRequest;
import io.sluice.proto.v1.ListAdjustmentsResponse;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints who multiplied what. */
@Command(name = "adjustments", description = "Print the last adjustments: who, when, why.")
final class AdjustmentsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private Json json;

  @Option(names = "--limit", defaultValue = "", description = "Only of this limit.")
  private String limit = "";

  @Override
  public Integer call() {
    ListAdjustmentsRequest request = ListAdjustmentsRequest.newBuilder().setLimit(limit).build();
    ListAdjustmentsResponse response =
        target.call(
            channel ->
                AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .listAdjustments(request));
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted) {
      Json.print(out, response);
      return Exit.OK;
    }
    Table table = new Table("WHEN", "LIMIT", "FACTOR", "FROM", "TO", "BY", "WHY");
    for (Adjustment adjustment : response.getAdjustmentsList()) {
      table.row(
          Instant.ofEpochSecond(adjustment.getAt().getSeconds()),
          adjustment.getLimit(),
          NumberText.of(adjustment.getFactor()),
          NumberText.of(adjustment.getFrom()),
          NumberText.of(adjustment.getTo()),
          adjustment.getBy().isEmpty() ? "-" : adjustment.getBy(),
          adjustment.getReason().isEmpty() ? "-" : adjustment.getReason());
    }
    table.print(out);
    return Exit.OK;
  }
}
