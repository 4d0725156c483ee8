package io.sluice.server.cli;

import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.DeviceState;
import io.sluice.proto.v1.Limit;
import io.sluice.proto.v1.LimitMode;
import io.sluice.proto.v1.ListLimitsRequest;
import io.sluice.proto.v1.ListLimitsResponse;
import io.sluice.proto.v1.RatePolicy;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the limits in force. */
@Command(name = "limits", description = "Print the limits in force, and the devices.")
final class LimitsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private Json json;

  @Option(names = "--resource", defaultValue = "", description = "Only limits of this resource.")
  private String resource = "";

  @Override
  public Integer call() {
    ListLimitsResponse response =
        target.call(
            channel ->
                AdminServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                    .listLimits(ListLimitsRequest.newBuilder().setResource(resource).build()));
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted) {
      Json.print(out, response);
      return Exit.OK;
    }
    Table table = new Table("LIMIT", "KIND", "RESOURCE", "KEY", "ALLOWS", "LEARNS", "QUEUE");
    Table devices =
        new Table("DEVICE", "INDEX", "MODEL", "GRANTED MiB", "FREE MiB", "MEMORY MiB", "SHARERS");
    boolean anyDevice = false;
    for (Limit limit : response.getLimitsList()) {
      table.row(
          limit.getName(),
          Words.of(limit.getKind()),
          limit.getResourcePattern(),
          limit.getKeyCount() == 0 ? "-" : String.join(",", limit.getKeyList()),
          allows(limit) + restraint(limit),
          LearnsText.of(limit),
          limit.getQueueMax());
      for (DeviceState device : limit.getDevices().getDevicesList()) {
        anyDevice = true;
        devices.row(
            device.getUuid(),
            device.getIndex(),
            device.getModel(),
            device.getGrantedMib(),
            device.getFreeMib(),
            device.getMemoryMib(),
            sharers(device));
      }
    }
    table.print(out);
    if (anyDevice) {
      out.println();
      devices.print(out);
    }
    return Exit.OK;
  }

  private static String rate(RatePolicy rate) {
    return switch (rate.getWindow()) {
      case "calendar" ->
          rate.getPermits() + " in each " + rate.getCalendarUnit() + " of " + rate.getZone();
      case "sliding" -> rate.getPermits() + " in any " + DurationText.of(rate.getPer());
      case "fixed" -> rate.getPermits() + " in each " + DurationText.of(rate.getPer());
      default ->
          rate.getPermits()
              + " per "
              + DurationText.of(rate.getPer())
              + ", burst "
              + rate.getBurst();
    };
  }

  private static String restraint(Limit limit) {
    String headroom =
        limit.getHeadroom() == 1 ? "" : ", of which " + limit.getHeadroom() + " is given out";
    return limit.getMode() == LimitMode.LIMIT_MODE_SHADOW ? headroom + " (shadow)" : headroom;
  }

  private static String sharers(DeviceState device) {
    return device.getSharers()
        + (device.getExclusive() ? " exclusive" : "")
        + (device.getCordoned() ? " cordoned" : "")
        + (device.getLost() ? " lost" : "");
  }

  private static String allows(Limit limit) {
    return switch (limit.getKind()) {
      case LIMIT_KIND_RATE -> rate(limit.getRate());
      case LIMIT_KIND_CONCURRENCY -> limit.getConcurrency().getMax() + " at once";
      case LIMIT_KIND_DEVICES ->
          limit.getDevices().getSlots() > 0
              ? limit.getDevices().getSlots() + " slots"
              : limit.getDevices().getDevicesCount()
                  + " devices, "
                  + limit.getDevices().getPlacement();
      case LIMIT_KIND_UNSPECIFIED, UNRECOGNIZED -> "?";
    };
  }
}
