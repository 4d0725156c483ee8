package io.sluice.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;

/** Signals of the operating system: caught here, and sent on to a child. */
final class Signals {
  private static final List<String> FORWARDED = List.of("TERM", "INT", "HUP");

  private Signals() {}

  /**
   * Calls back for each signal that asks this process to end, instead of ending. Only an internal
   * class of the JDK can do that, and the compiler warns of any that is named; so it is looked up.
   */
  static void catchAll(Consumer<String> caught) {
    catchEach(FORWARDED, caught);
  }

  /** Calls back for each of these signals, instead of what they do else. */
  static void catchEach(List<String> names, Consumer<String> caught) {
    for (String name : names) {
      try {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object toCaught =
            Proxy.newProxyInstance(
                Signals.class.getClassLoader(),
                new Class<?>[] {handler},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("handle")) {
                    caught.accept(name);
                  }
                  return null;
                });
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), toCaught);
      } catch (ReflectiveOperationException e) {
        // A JVM without the class, or started with -Xrs: the signal ends this process, and the
        // lease
        // ends with its time to live.
        return;
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
