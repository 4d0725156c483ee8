package io.sluice.server.cli;

import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Asks the health service, for containers without other tools. */
@Command(name = "health", description = "Print whether the server takes work; exit code 0 or 1.")
final class HealthCommand implements Callable<Integer> {
  private static final long SECONDS = 2;

  @Spec private CommandSpec spec;
  @Mixin private Target target;

  @Override
  public Integer call() {
    String status;
    try {
      status =
          target.call(
              channel ->
                  HealthGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                      .check(HealthCheckRequest.getDefaultInstance())
                      .getStatus()
                      .name());
    } catch (StatusRuntimeException e) {
      status = e.getStatus().getCode().name();
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(status);
    out.flush();
    return status.equals(ServingStatus.SERVING.name()) ? Exit.OK : Exit.NO;
  }
}
