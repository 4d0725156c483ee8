package io.sluice.server.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry of the program. */
@Command(
    name = "sluice",
    description = "Decides who may go now: token buckets, concurrency leases and GPU permits.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Exit codes: 0 done, 1 denied or not found, 2 wrong usage, 3 server not reachable;",
      "run passes on the code of its process, and 125 if that never started."
    },
    subcommands = {
      ServeCommand.class,
      CheckCommand.class,
      StatsCommand.class,
      RecommendCommand.class,
      LimitsCommand.class,
      LeasesCommand.class,
      AcquireCommand.class,
      ReleaseCommand.class,
      ExplainCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      PurgeCommand.class,
      ReloadCommand.class,
      RunCommand.class,
      HealthCommand.class,
      WarmupCommand.class
    })
public final class Sluice implements Runnable {
  @Spec private CommandSpec spec;

  /** Runs the command. */
  public static void main(String[] args) {
    int code = commandLine().execute(args);
    if (code != ServeCommand.KEEP_RUNNING) {
      System.exit(code);
    }
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Sluice());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(failures());
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command?");
  }

  private static IExecutionExceptionHandler failures() {
    return (failure, line, parsed) -> {
      if (failure instanceof StatusRuntimeException e) {
        Status status = e.getStatus();
        String description = status.getDescription();
        line.getErr()
            .println(
                "sluice: " + (description == null ? status.getCode().toString() : description));
        return switch (status.getCode()) {
          case NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION -> Exit.NO;
          case INVALID_ARGUMENT -> Exit.USAGE;
          default -> Exit.UNAVAILABLE;
        };
      }
      line.getErr().println("sluice: " + failure.getMessage());
      return Exit.UNAVAILABLE;
    };
  }
}
