package io.sluice.server.http;

import io.sluice.engine.admission.Snapshot;
import io.sluice.server.http.AdminHttp.Answer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pages about what the engine does. */
public final class AdminPages {
  private final Supplier<Snapshot> snapshots;
  private final BooleanSupplier serving;

  /** Creates the pages over snapshots of the engine. */
  public AdminPages(Supplier<Snapshot> snapshots, BooleanSupplier serving) {
    this.snapshots = snapshots;
    this.serving = serving;
  }

  /** The process lives. */
  public Answer healthz(Map<String, String> query) {
    return Answer.text(200, "ok");
  }

  /** The server takes work. */
  public Answer readyz(Map<String, String> query) {
    return serving.getAsBoolean() ? Answer.text(200, "ready") : Answer.text(503, "draining");
  }

  /**
   * The job pipeline's five numbers, of the limits {@code jobs} and {@code gpu} unless the query
   * names others.
   */
  public Answer concurrencyStats(Map<String, String> query) {
    Snapshot snapshot = snapshots.get();
    String jobsName = query.getOrDefault("jobs", "jobs");
    Snapshot.ByLimit jobs = find(snapshot, jobsName);
    if (jobs == null) {
      return Answer.json(404, Map.of("error", "no limit " + jobsName));
    }
    String gpuName = query.getOrDefault("gpu", "gpu");
    Snapshot.ByLimit gpu = find(snapshot, gpuName);
    if (gpu == null && query.containsKey("gpu")) {
      return Answer.json(404, Map.of("error", "no limit " + gpuName));
    }
    boolean running = serving.getAsBoolean();
    long capacity = jobs.limit().policy().capacity();
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("max_parallel_jobs", capacity);
    stats.put("queue_size", jobs.counts().waiting());
    stats.put("active_workers", running ? capacity : 0);
    stats.put("workers_running", running);
    stats.put("gpu_semaphore_available", (gpu == null ? jobs : gpu).usage().available());
    stats.put("busy_workers", jobs.usage().used());
    return Answer.json(200, stats);
  }

  private static Snapshot.@Nullable ByLimit find(Snapshot snapshot, String name) {
    return snapshot.limits().stream()
        .filter(limit -> limit.limit().name().equals(name))
        .findFirst()
        .orElse(null);
  }
}
