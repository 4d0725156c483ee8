package io.sluice.server.cli;

import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.Lease;
import io.sluice.proto.v1.LeaseCharge;
import io.sluice.proto.v1.ListLeasesRequest;
import io.sluice.proto.v1.ListLeasesResponse;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the live leases. */
@Command(name = "leases", description = "Print the live leases: who holds what, until when.")
final class LeasesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private Json json;

  @Option(names = "--limit", defaultValue = "", description = "Only leases that charge this limit.")
  private String limit = "";

  @Option(names = "--resource", defaultValue = "", description = "Only leases of this resource.")
  private String resource = "";

  @Option(names = "--client", defaultValue = "", description = "Only leases of this client.")
  private String client = "";

  @Override
  public Integer call() {
    ListLeasesRequest request =
        ListLeasesRequest.newBuilder()
            .setLimit(limit)
            .setResource(resource)
            .setClientId(client)
            .build();
    ListLeasesResponse response =
        target.call(
            channel ->
                AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .listLeases(request));
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted) {
      Json.print(out, response);
      return Exit.OK;
    }
    Table table = new Table("LEASE", "RESOURCE", "LIMITS", "CLIENT", "AGE", "REMAINING", "FENCE");
    for (Lease lease : response.getLeasesList()) {
      table.row(
          lease.getLeaseId(),
          lease.getDemandsList().stream().map(Demand::getResource).collect(Collectors.joining(",")),
          lease.getChargesList().stream()
              .map(LeasesCommand::charge)
              .collect(Collectors.joining(",")),
          lease.getClientId().isEmpty() ? "-" : lease.getClientId(),
          DurationText.of(lease.getAge()),
          DurationText.of(lease.getRemaining()),
          Long.toUnsignedString(lease.getFencingToken()));
    }
    table.print(out);
    if (!response.getNextPageToken().isEmpty()) {
      out.println("… and more");
      out.flush();
    }
    return Exit.OK;
  }

  private static String charge(LeaseCharge charge) {
    String key = charge.getKeyCount() == 0 ? "" : "[" + String.join(",", charge.getKeyList()) + "]";
    return charge.getLimit() + key + ":" + charge.getPermits();
  }
}
