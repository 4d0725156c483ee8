package io.sluice.server.cli;

import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.ReloadConfigRequest;
import io.sluice.proto.v1.ReloadConfigResponse;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Has the server read its configuration file again. */
@Command(name = "reload", description = "Have the server read its configuration file again.")
final class ReloadCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;

  @Override
  public Integer call() {
    ReloadConfigResponse response =
        target.call(
            channel ->
                AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .reloadConfig(ReloadConfigRequest.getDefaultInstance()));
    PrintWriter out = spec.commandLine().getOut();
    response.getChangedLimitsList().forEach(limit -> out.println("changed " + limit));
    response.getNeedsRestartList().forEach(key -> out.println("needs a restart: " + key));
    out.flush();
    return Exit.OK;
  }
}
