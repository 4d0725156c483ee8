package io.sluice.server.cli;

import io.sluice.engine.limit.Limit;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads a configuration and says everything that is wrong with it. */
@Command(
    name = "check",
    description = "Check a configuration; exit code 0, 1 = problems, 2 = usage.")
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Parameters(arity = "0..1", paramLabel = "CONFIG", description = "The file; same as --config.")
  private @Nullable Path file;

  @Override
  public Integer call() {
    if (file != null) {
      options.file = file;
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      Configuration configuration = options.load();
      out.println("ok: " + configuration.declaredLimits().size() + " limits");
      for (Limit limit : configuration.declaredLimits()) {
        String worst = WorstCase.of(limit);
        if (worst != null) {
          out.println(worst);
        }
      }
      out.flush();
      return Exit.OK;
    } catch (ConfigurationException e) {
      e.problems().forEach(err::println);
      return Exit.NO;
    } catch (IOException e) {
      err.println("sluice check: cannot read " + options.file + ": " + e.getMessage());
      return Exit.USAGE;
    } finally {
      err.flush();
    }
  }
}
