package io.sluice.server.cli;

import io.sluice.server.SluiceServer;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the server until it is told to stop. */
@Command(name = "serve", description = "Run the server; without arguments, with example limits.")
final class ServeCommand implements Callable<Integer> {
  /** Not an exit code: the threads of the server keep the process alive. */
  static final int KEEP_RUNNING = -1;

  /**
   * Warns, with a stack trace, of what clients send wrong. They are told; a log need not be filled.
   */
  private static final Logger GRPC = Logger.getLogger("io.grpc.netty");

  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "gRPC over TCP; port 0 = any.")
  private @Nullable String listen;

  @Option(names = "--uds", paramLabel = "PATH", description = "gRPC over a Unix socket; '' = none.")
  private @Nullable String uds;

  @Option(names = "--admin", paramLabel = "HOST:PORT", description = "Admin pages; '' = none.")
  private @Nullable String admin;

  @Override
  public Integer call() throws InterruptedException {
    override("server.listen", listen);
    override("server.uds", uds);
    override("server.admin", admin);
    PrintWriter err = spec.commandLine().getErr();
    try {
      Configuration configuration = options.load();
      logLevel(configuration);
      SluiceServer server =
          SluiceServer.start(configuration, Version.text(), options.isExample() ? null : options);
      Signals.catchEach(List.of("HUP"), signal -> server.reload());
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "sluice-stop"));
      announce(server);
      Thread.currentThread().join();
      return KEEP_RUNNING;
    } catch (ConfigurationException e) {
      e.problems().forEach(err::println);
      err.flush();
      return Exit.USAGE;
    } catch (IOException e) {
      err.println("sluice serve: " + e.getMessage());
      err.flush();
      return Exit.NO;
    }
  }

  private void override(String key, @Nullable String value) {
    if (value != null) {
      options.overrides.add(key + "=" + value);
    }
  }

  private void announce(SluiceServer server) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "listening grpc="
            + server.grpcAddress()
            + (server.udsPath() == null ? "" : " uds=" + server.udsPath())
            + (server.adminAddress() == null ? "" : " admin=" + server.adminAddress()));
    if (options.isExample()) {
      String target = "--target " + server.grpcAddress();
      out.println();
      out.println("These are example limits. Three things to try from another terminal:");
      out.println("  ./sluice limits " + target);
      out.println("  ./sluice acquire --resource demo/job " + target);
      out.println("  ./sluice run --resource gpu --gpu-memory 8GiB " + target + " -- env");
    }
    out.flush();
  }

  private static void stop(SluiceServer server) {
    server.drain();
    server.close();
  }

  private static void logLevel(Configuration configuration) {
    GRPC.setLevel(Level.SEVERE);
    // Read by the logger when the first one is made, so this has to come before the server's
    // classes.
    System.setProperty(
        "org.slf4j.simpleLogger.defaultLogLevel",
        configuration.server().logLevel().name().toLowerCase(Locale.ROOT));
  }
}
