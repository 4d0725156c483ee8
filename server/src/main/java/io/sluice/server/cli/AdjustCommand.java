package io.sluice.server.cli;

import io.sluice.proto.v1.AdjustRateRequest;
import io.sluice.proto.v1.AdjustRateResponse;
import io.sluice.proto.v1.AdminServiceGrpc;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Multiplies what an adaptive limit has found. */
@Command(
    name = "adjust",
    description = "Multiply what an adaptive limit has found, within its bounds; noted with who.")
final class AdjustCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;

  @Parameters(index = "0", paramLabel = "LIMIT", description = "The limit.")
  private String limit = "";

  @Parameters(index = "1", paramLabel = "FACTOR", description = "By what, as in 0.5.")
  private double factor;

  @Option(names = "--why", required = true, description = "Why, for people.")
  private String why = "";

  @Option(
      names = "--client",
      defaultValue = "${sys:user.name}",
      description = "Who asks (default: the user).")
  private String client = "";

  @Override
  public Integer call() {
    AdjustRateRequest request =
        AdjustRateRequest.newBuilder()
            .setLimit(limit)
            .setFactor(factor)
            .setReason(why)
            .setClientId(client)
            .build();
    AdjustRateResponse response =
        target.call(
            channel ->
                AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .adjustRate(request));
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        limit
            + " "
            + NumberText.of(response.getFrom())
            + " -> "
            + NumberText.of(response.getValue()));
    out.flush();
    return Exit.OK;
  }
}
