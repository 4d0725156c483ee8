package io.sluice.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;
import sun.misc.Signal;

/** Signals of the operating system: caught here, and sent on to a child. */
@SuppressWarnings("sunapi") // the only way to catch a signal without ending
final class Signals {
  private static final List<String> FORWARDED = List.of("TERM", "INT", "HUP");

  private Signals() {}

  /** Calls back for each signal that asks this process to end, instead of ending. */
  static void catchAll(Consumer<String> caught) {
    for (String name : FORWARDED) {
      try {
        Signal.handle(new Signal(name), signal -> caught.accept(signal.getName()));
      } catch (IllegalArgumentException e) {
        // A JVM started with -Xrs, or a system without the signal, leaves it as it is.
      }
    }
  }

  /** Sends a signal to a process; if that cannot be said exactly, asks it to end. */
  static void send(Process process, String name) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
              .redirectErrorStream(true)
              .start();
      kill.getInputStream().transferTo(OutputStream.nullOutputStream());
      if (kill.waitFor() == 0) {
        return;
      }
    } catch (IOException e) {
      // no kill command here: fall through
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroy();
  }
}
