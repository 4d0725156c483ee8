package io.sluice.server.cli;

import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.Pause;
import io.sluice.proto.v1.PauseResourceRequest;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets nothing start on some resources. */
@Command(name = "pause", description = "Let nothing start on some resources, until resume.")
final class PauseCommand implements Callable<Integer> {
  @Mixin private Target target;

  @Parameters(paramLabel = "PATTERN", description = "The resources: a glob, such as 'openai/*'.")
  private String pattern = "";

  @Option(names = "--reason", defaultValue = "", description = "Why; told to whom is denied.")
  private String reason = "";

  @Option(names = "--deny", description = "Deny those who wait, too.")
  private boolean deny;

  @Override
  public Integer call() {
    Pause pause =
        Pause.newBuilder().setResourcePattern(pattern).setReason(reason).setDeny(deny).build();
    var unused =
        target.call(
            channel ->
                AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .pauseResource(PauseResourceRequest.newBuilder().setPause(pause).build()));
    return Exit.OK;
  }
}
