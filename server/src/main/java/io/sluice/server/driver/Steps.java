package io.sluice.server.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks as steps of a driver; for stores that are elsewhere, whose answers come on threads of
 * their own, perhaps before the driver is there. Thread-safe.
 */
public final class Steps implements Executor {
  private final List<Runnable> early = new ArrayList<>(); // guarded by this
  private @Nullable EngineDriver driver; // guarded by this

  @Override
  public void execute(Runnable task) {
    EngineDriver drives;
    synchronized (this) {
      drives = driver;
      if (drives == null) {
        early.add(task);
        return;
      }
    }
    drives.run(task);
  }

  /** Runs what has come, and from now on everything at once. */
  public void drivenBy(EngineDriver newDriver) {
    List<Runnable> tasks;
    synchronized (this) {
      driver = newDriver;
      tasks = List.copyOf(early);
      early.clear();
    }
    tasks.forEach(newDriver::run);
  }
}
