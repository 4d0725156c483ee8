package io.sluice.server.cli;

import io.grpc.ManagedChannel;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Demand;
import io.sluice.server.SluiceServer;
import io.sluice.server.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Serves one call to itself, twice, and ends, so that a class-data archive written at exit holds
 * the classes that a start needs.
 */
@Command(name = "warmup", hidden = true, description = "Serve one call and end.")
final class WarmupCommand implements Callable<Integer> {
  @Override
  public Integer call() throws ConfigurationException, IOException {
    Path state = Files.createTempDirectory("sluice-warmup");
    try {
      serveOneCall(state);
      serveOneCall(state); // and bring back what was granted
    } finally {
      delete(state);
    }
    return Exit.OK;
  }

  private static void serveOneCall(Path state) throws ConfigurationException, IOException {
    ConfigOptions options = new ConfigOptions();
    options.overrides.addAll(
        List.of(
            "server.listen=127.0.0.1:0",
            "server.admin=127.0.0.1:0",
            "server.uds=",
            "state.dir=" + state,
            "state.redis.url=")); // whatever the environment says: this is nobody's server
    try (SluiceServer server = SluiceServer.start(options.load(), Version.text())) {
      Target target = new Target();
      new CommandLine(target).parseArgs("--target", server.grpcAddress().toString());
      ManagedChannel channel = target.channel();
      AcquireRequest request =
          AcquireRequest.newBuilder()
              .addDemands(Demand.newBuilder().setResource("demo/job"))
              .build();
      AdmissionServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(Target.callSeconds(), TimeUnit.SECONDS)
          .acquire(request);
      channel.shutdownNow();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
