package io.sluice.server.cli;

import io.sluice.proto.v1.GetRecommendationsRequest;
import io.sluice.proto.v1.GetRecommendationsResponse;
import io.sluice.proto.v1.Recommendation;
import io.sluice.proto.v1.StatsServiceGrpc;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what the statistics suggest to change. */
@Command(name = "recommend", description = "Print what the statistics suggest to change.")
final class RecommendCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private Json json;

  @Option(names = "--limit", defaultValue = "", description = "Only about this limit.")
  private String limit = "";

  @Override
  public Integer call() {
    GetRecommendationsResponse response =
        target.call(
            channel ->
                StatsServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .getRecommendations(
                        GetRecommendationsRequest.newBuilder().setLimit(limit).build()));
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted) {
      Json.print(out, response);
      return Exit.OK;
    }
    if (response.getRecommendationsCount() == 0) {
      out.println("nothing to change");
    }
    for (Recommendation made : response.getRecommendationsList()) {
      String about = made.getLimit().isEmpty() ? made.getResource() : made.getLimit();
      out.printf("%s %s %s%n", Words.of(made.getSeverity()), about, made.getId());
      out.printf("  %s%n  -> %s%n", made.getText(), made.getChange());
    }
    out.flush();
    return Exit.OK;
  }
}
