package io.sluice.server.cli;

import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.ResumeResourceRequest;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Ends a pause. */
@Command(name = "resume", description = "End a pause.")
final class ResumeCommand implements Callable<Integer> {
  @Mixin private Target target;

  @Parameters(paramLabel = "PATTERN", description = "The resources, as they were paused.")
  private String pattern = "";

  @Override
  public Integer call() {
    ResumeResourceRequest request =
        ResumeResourceRequest.newBuilder().setResourcePattern(pattern).build();
    var unused =
        target.call(
            channel ->
                AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .resumeResource(request));
    return Exit.OK;
  }
}
