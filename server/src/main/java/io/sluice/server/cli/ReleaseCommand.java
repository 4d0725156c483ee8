package io.sluice.server.cli;

import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResult;
import io.sluice.proto.v1.ReleaseStatus;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives leases back. */
@Command(name = "release", description = "Give leases back.")
final class ReleaseCommand implements Callable<Integer> {
  private enum Ending {
    SUCCESS,
    ERROR,
    THROTTLED,
    TIMEOUT,
    CANCELLED,
    UNUSED,
    ABANDONED
  }

  @Spec private CommandSpec spec;
  @Mixin private Target target;

  @Parameters(
      arity = "1..*",
      paramLabel = "LEASE",
      description = "The lease, as acquire printed it.")
  private List<String> leases = new ArrayList<>();

  @Option(
      names = {"-o", "--outcome"},
      defaultValue = "SUCCESS",
      description = "How the work ended: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Ending outcome = Ending.SUCCESS;

  @Override
  public Integer call() {
    ReleaseRequest.Builder request = ReleaseRequest.newBuilder();
    for (String lease : leases) {
      request.addReleases(
          Release.newBuilder()
              .setLeaseId(lease)
              .setOutcome(Outcome.valueOf("OUTCOME_" + outcome.name())));
    }
    List<ReleaseResult> results =
        target.call(
            channel ->
                AdmissionServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .release(request.build())
                    .getResultsList());
    PrintWriter out = spec.commandLine().getOut();
    boolean all = true;
    for (ReleaseResult result : results) {
      out.println(
          result.getLeaseId()
              + " "
              + result.getStatus().name().substring("RELEASE_STATUS_".length()));
      all &= result.getStatus() == ReleaseStatus.RELEASE_STATUS_RELEASED;
    }
    out.flush();
    return all ? Exit.OK : Exit.NO;
  }
}
