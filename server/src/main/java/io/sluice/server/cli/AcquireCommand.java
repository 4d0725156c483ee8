package io.sluice.server.cli;

import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Denial;
import io.sluice.proto.v1.Grant;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Acquires, and leaves the lease to its time to live or to {@code release}. */
@Command(
    name = "acquire",
    description = "Acquire, and print the grant or the denial. Nobody renews the lease.")
final class AcquireCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private Ask ask;
  @Mixin private Json json;

  @Option(
      names = {"-w", "--max-wait"},
      converter = DurationText.class,
      defaultValue = "0s",
      paramLabel = "TIME",
      description = "How long to wait in the queue (default: not at all).")
  private Duration maxWait = Duration.ZERO;

  @Option(
      names = "--ttl",
      converter = DurationText.class,
      paramLabel = "TIME",
      description = "How long the lease lives (default: as the limit says).")
  private @Nullable Duration ttl;

  @Option(names = "--client", defaultValue = "sluice-cli", description = "Who asks.")
  private String client = "";

  @Option(names = "--request-id", defaultValue = "", description = "Makes a retry harmless.")
  private String requestId = "";

  @Override
  public Integer call() {
    AcquireRequest.Builder request =
        AcquireRequest.newBuilder()
            .addDemands(ask.demand())
            .setPriority(ask.priority)
            .setClientId(client)
            .setRequestId(requestId);
    if (!maxWait.isZero()) {
      request.setMaxWait(DurationText.toWire(maxWait));
    }
    if (ttl != null) {
      request.setTtl(DurationText.toWire(ttl));
    }
    long seconds = maxWait.toSeconds() + Target.callSeconds();
    AcquireResponse response =
        target.call(
            channel ->
                AdmissionServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(seconds, TimeUnit.SECONDS)
                    .acquire(request.build()));
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted) {
      Json.print(out, response);
    } else if (response.hasGrant()) {
      print(out, response.getGrant());
    } else {
      print(out, response.getDenial());
    }
    out.flush();
    return response.hasGrant() ? Exit.OK : Exit.NO;
  }

  private static void print(PrintWriter out, Grant grant) {
    out.println("granted" + (grant.getLimited() ? "" : " (no limit matches)"));
    if (!grant.getLeaseId().isEmpty()) {
      out.println("lease    " + grant.getLeaseId() + " for " + DurationText.of(grant.getTtl()));
      out.println("fence    " + Long.toUnsignedString(grant.getFencingToken()));
    }
    if (grant.hasWaited()) {
      out.println("waited   " + DurationText.of(grant.getWaited()));
    }
    grant
        .getStatesList()
        .forEach(
            state ->
                out.println(
                    "limit    "
                        + state.getLimit()
                        + " has "
                        + state.getRemaining()
                        + " of "
                        + state.getLimitValue()
                        + " left"));
    grant
        .getEnvironmentMap()
        .forEach((name, value) -> out.println("env      " + name + "=" + value));
  }

  private static void print(PrintWriter out, Denial denial) {
    out.println("denied   " + Words.of(denial.getReason()));
    if (!denial.getMessage().isEmpty()) {
      out.println("because  " + denial.getMessage());
    }
    if (denial.hasRetryAfter()) {
      out.println("retry in " + DurationText.of(denial.getRetryAfter()));
    }
  }
}
