package io.sluice.client.jobs;

import io.sluice.client.Lease;
import java.util.concurrent.TimeUnit;

/** Runs a program as a job, with the environment that its lease tells. */
final class ProgramRun implements JobWork<Integer> {
  private static final long KILL_SECONDS = 5;

  private final ProcessBuilder program;

  ProgramRun(ProcessBuilder program) {
    this.program = program;
  }

  @Override
  public Integer run(Lease lease) throws Exception {
    program.environment().putAll(lease.environment());
    Process process = program.start();
    int code;
    try {
      code = process.waitFor();
    } catch (InterruptedException stopped) {
      end(process);
      throw stopped;
    }
    if (code != 0) {
      throw new ExitCodeException(program.command().get(0), code);
    }
    return code;
  }

  /** Asks it to end, and kills it if it does not. */
  private static void end(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(KILL_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
