package io.sluice.server.cli;

import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.ExplainRequest;
import io.sluice.proto.v1.ExplainResponse;
import io.sluice.proto.v1.LimitExplanation;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says whether an acquire would be admitted now, and why not. */
@Command(
    name = "explain",
    description = "Say whether an acquire would be granted now, by which limits, and why not.")
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private Ask ask;
  @Mixin private Json json;

  @Override
  public Integer call() {
    ExplainRequest request =
        ExplainRequest.newBuilder().addDemands(ask.demand()).setPriority(ask.priority).build();
    ExplainResponse response =
        target.call(
            channel ->
                AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .explain(request));
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted) {
      Json.print(out, response);
    } else {
      print(out, response);
    }
    return response.getAdmitted() ? Exit.OK : Exit.NO;
  }

  private static void print(PrintWriter out, ExplainResponse response) {
    out.println(
        response.getAdmitted()
            ? "would be granted"
            : "would be denied: " + Words.of(response.getReason()));
    if (response.hasRetryAfter()) {
      out.println("could be granted in " + DurationText.of(response.getRetryAfter()));
    }
    if (response.getLimitsCount() > 0) {
      Table table = new Table("LIMIT", "KIND", "KEY", "ASKED", "LEFT", "OF", "AHEAD", "BLOCKED BY");
      for (LimitExplanation limit : response.getLimitsList()) {
        table.row(
            limit.getLimit(),
            Words.of(limit.getKind()),
            limit.getKeyCount() == 0 ? "-" : String.join(",", limit.getKeyList()),
            limit.getPermits(),
            limit.getState().getRemaining(),
            limit.getState().getLimitValue(),
            limit.getWaitingAhead(),
            limit.hasBlocker() ? limit.getBlocker().getMessage() : "-");
      }
      table.print(out);
    } else {
      out.println(response.getMessage());
    }
    out.flush();
  }
}
