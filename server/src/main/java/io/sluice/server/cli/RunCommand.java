package io.sluice.server.cli;

import io.grpc.ManagedChannel;
import io.sluice.client.Acquisition;
import io.sluice.client.ConcurrencyException;
import io.sluice.client.Demand;
import io.sluice.client.DeviceAsk;
import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.SluiceClient;
import io.sluice.client.SluiceUnavailableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Holds a lease round a process. */
@Command(
    name = "run",
    description = "Acquire, run a program while the lease is renewed, and release.",
    footer = {
      "",
      "The program gets the grant's environment (CUDA_VISIBLE_DEVICES, ...), SLUICE_LEASE_ID and",
      "SLUICE_FENCING_TOKEN. SIGTERM, SIGINT and SIGHUP are passed on to it. Its exit code is ours;",
      "125 = it never started.",
      "If this command is killed with SIGKILL, the lease ends with its time to live; the program",
      "itself goes on."
    })
final class RunCommand implements Callable<Integer> {
  /** What to do with the program when the lease is lost. */
  private enum OnLost {
    WARN,
    TERMINATE,
    KILL
  }

  @Spec private CommandSpec spec;
  @Mixin private Target target;
  @Mixin private Ask ask;

  @Option(
      names = {"-w", "--max-wait"},
      converter = DurationText.class,
      defaultValue = "24h",
      paramLabel = "TIME",
      description = "How long to wait in the queue (default: ${DEFAULT-VALUE}).")
  private Duration maxWait = Duration.ZERO;

  @Option(
      names = "--ttl",
      converter = DurationText.class,
      paramLabel = "TIME",
      description = "How long the lease lives unless renewed (default: as the limit says).")
  private @Nullable Duration ttl;

  @Option(
      names = "--on-lost",
      defaultValue = "TERMINATE",
      description =
          "When the lease is lost: ${COMPLETION-CANDIDATES} the program (default:"
              + " ${DEFAULT-VALUE}).")
  private OnLost onLost = OnLost.TERMINATE;

  @Option(names = "--client", defaultValue = "", description = "Who asks.")
  private String clientId = "";

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The program, after --.")
  private List<String> command = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    ManagedChannel channel = target.channel();
    try (SluiceClient client = client(channel)) {
      return hold(client);
    } catch (ConcurrencyException e) {
      complain("denied: " + e.getMessage());
    } catch (SluiceUnavailableException e) {
      complain("the server " + target + " cannot be reached: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      complain(String.valueOf(e.getMessage()));
      return Exit.USAGE;
    } finally {
      channel.shutdownNow();
    }
    return Exit.NOT_RUN;
  }

  private int hold(SluiceClient client) throws InterruptedException {
    try (Lease lease = client.acquire(acquisition())) {
      // Caught before the program starts, or one that comes at once would end us and orphan it.
      CompletableFuture<Process> started = new CompletableFuture<>();
      AtomicBoolean stopped = new AtomicBoolean();
      Signals.catchAll(
          signal -> {
            stopped.set(true);
            var unused = started.thenAccept(process -> Signals.send(process, signal));
          });
      Process process;
      try {
        process = start(lease);
      } catch (IOException e) {
        lease.outcome(Outcome.UNUSED);
        complain(String.valueOf(e.getMessage()));
        return Exit.NOT_RUN;
      }
      started.complete(process);
      lease.onLost(() -> lost(lease, process));
      int code = process.waitFor();
      lease.outcome(
          code == 0 ? Outcome.SUCCESS : stopped.get() ? Outcome.CANCELLED : Outcome.ERROR);
      return code;
    }
  }

  private Process start(Lease lease) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    Map<String, String> environment = builder.environment();
    environment.putAll(lease.environment());
    environment.put("SLUICE_LEASE_ID", lease.id());
    environment.put("SLUICE_FENCING_TOKEN", Long.toUnsignedString(lease.fencingToken()));
    return builder.start();
  }

  private void lost(Lease lease, Process process) {
    complain("the lease " + lease.id() + " is lost");
    switch (onLost) {
      case WARN -> {}
      case TERMINATE -> process.destroy();
      case KILL -> process.destroyForcibly();
    }
  }

  private Acquisition acquisition() {
    Demand demand = Demand.of(ask.resource).permits(ask.permits);
    for (Map.Entry<String, String> attribute : ask.attributes.entrySet()) {
      demand = demand.attribute(attribute.getKey(), attribute.getValue());
    }
    if (ask.asksDevices()) {
      demand =
          demand.devices(
              new DeviceAsk(
                  ask.gpuCount == null ? 1 : ask.gpuCount,
                  ask.gpuMemoryMib == null ? 0 : ask.gpuMemoryMib,
                  ask.gpuCompute == null ? 0 : ask.gpuCompute,
                  ask.gpuExclusive,
                  ask.gpuSameDevice,
                  ask.gpuSelector));
    }
    Acquisition acquisition =
        Acquisition.of(demand)
            .maxWait(maxWait)
            .priority(ask.priority)
            .label("command", command.get(0));
    return ttl == null ? acquisition : acquisition.ttl(ttl);
  }

  private SluiceClient client(ManagedChannel channel) {
    return clientId.isEmpty()
        ? SluiceClient.builder().channel(channel).build()
        : SluiceClient.builder().channel(channel).clientId(clientId).build();
  }

  private void complain(String text) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("sluice run: " + text);
    err.flush();
  }
}
