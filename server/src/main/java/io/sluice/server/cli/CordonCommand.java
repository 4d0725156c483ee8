package io.sluice.server.cli;

import io.sluice.proto.v1.AdminServiceGrpc;
import io.sluice.proto.v1.CordonDeviceRequest;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Keeps new grants off a device. */
@Command(
    name = "cordon",
    description = "Grant nothing more on a device; holders stay. Then wait to drain it.")
final class CordonCommand implements Callable<Integer> {
  @Mixin private Target target;

  @Parameters(index = "0", paramLabel = "LIMIT", description = "The limit on its pool.")
  private String limit = "";

  @Parameters(index = "1", paramLabel = "UUID", description = "The device.")
  private String uuid = "";

  @Option(names = "--undo", description = "Grant on it again.")
  private boolean undo;

  @Override
  public Integer call() {
    CordonDeviceRequest request =
        CordonDeviceRequest.newBuilder()
            .setLimit(limit)
            .setDeviceUuid(uuid)
            .setCordoned(!undo)
            .build();
    target.call(
        channel ->
            AdminServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
                .cordonDevice(request));
    return Exit.OK;
  }
}
