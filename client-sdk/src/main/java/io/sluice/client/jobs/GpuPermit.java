package io.sluice.client.jobs;

import io.sluice.client.Allotment;
import io.sluice.client.Lease;
import io.sluice.client.SluiceClient;
import java.util.List;
import java.util.Map;

/**
 * A part of one or more GPUs, until it is closed. Made by {@link JobManager#acquireGpu()}.
 *
 * <pre>{@code
 * try (GpuPermit gpu = jobs.acquireGpu()) {
 *   gpu.applyTo(new ProcessBuilder("transcribe", "talk.mp4")).start().waitFor();
 * }
 * }</pre>
 */
public final class GpuPermit implements AutoCloseable {
  private final Lease lease;
  private final Scope scope;

  GpuPermit(SluiceClient client, Lease lease) {
    this.lease = lease;
    this.scope = Scope.enter(client, lease, null);
  }

  /**
   * What is held: to tell how the work ended, or whether it is still held.
   *
   * @return the lease, which this permit closes
   */
  public Lease lease() {
    return lease;
  }

  /**
   * The devices.
   *
   * @return empty where the server only counts
   */
  public List<Allotment> devices() {
    return lease.allotments();
  }

  /**
   * The environment to set for a process that uses the devices.
   *
   * @return names and values, such as {@code CUDA_VISIBLE_DEVICES}
   */
  public Map<String, String> environment() {
    return lease.environment();
  }

  /**
   * Lets a program see the devices of this permit, and no others.
   *
   * @param program not started yet
   * @return the same
   */
  public ProcessBuilder applyTo(ProcessBuilder program) {
    program.environment().putAll(lease.environment());
    return program;
  }

  /** Gives it back, with what was told to the lease. Never throws. */
  @Override
  public void close() {
    scope.leave();
    lease.close();
  }
}
