package io.sluice.server.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Objects;
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
    })
public final class Sluice implements Runnable {
  private static final List<Class<?>> COMMANDS =
      List.of(
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
          AdjustCommand.class,
          AdjustmentsCommand.class,
          PurgeCommand.class,
          ReloadCommand.class,
          RunCommand.class,
          HealthCommand.class,
          WarmupCommand.class);

  @Spec private CommandSpec spec;

  /** Runs the command. */
  public static void main(String[] args) {
    int code = commandLine(args).execute(args);
    if (code != ServeCommand.KEEP_RUNNING) {
      System.exit(code);
    }
  }

  /** Makes what understands arguments; of a known command it alone, as reading all takes time. */
  static CommandLine commandLine(String... args) {
    CommandLine line = new CommandLine(new Sluice());
    List<Class<?>> asked =
        COMMANDS.stream().filter(each -> args.length > 0 && args[0].equals(nameOf(each))).toList();
    (asked.isEmpty() ? COMMANDS : asked).forEach(line::addSubcommand);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(failures());
    return line;
  }

  private static String nameOf(Class<?> command) {
    return Objects.requireNonNull(command.getAnnotation(Command.class)).name();
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
