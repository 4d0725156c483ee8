package io.sluice.server.cli;

import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.PurgeRequest;
import io.sluice.proto.v1.PurgeResponse;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends those away who wait, and with {@code --force} those who hold. */
@Command(name = "purge", description = "Deny those who wait; with --force, revoke leases, too.")
final class PurgeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;

  @Option(names = "--resource", defaultValue = "", description = "Only of these resources: a glob.")
  private String resource = "";

  @Option(names = "--limit", defaultValue = "", description = "Only of this limit.")
  private String limit = "";

  @Option(names = "--client", defaultValue = "", description = "Only of this client.")
  private String client = "";

  @Option(names = "--message", defaultValue = "", description = "Why, for people.")
  private String message = "";

  @Option(names = "--force", description = "Revoke leases, too.")
  private boolean force;

  @Override
  public Integer call() {
    PurgeRequest request =
        PurgeRequest.newBuilder()
            .setResourcePattern(resource)
            .setLimit(limit)
            .setClientId(client)
            .setMessage(message)
            .setWaiters(true)
            .setLeases(force)
            .build();
    PurgeResponse response =
        target.call(
            channel ->
                AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .purge(request));
    PrintWriter out = spec.commandLine().getOut();
    out.println(response.getWaiters() + " waiters and " + response.getLeases() + " leases purged");
    out.flush();
    return Exit.OK;
  }
}
