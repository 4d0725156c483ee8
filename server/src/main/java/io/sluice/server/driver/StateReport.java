package io.sluice.server.driver;

/**
 * How state is kept.
 *
 * @param kind {@code memory} or {@code journal}
 * @param problem why what is granted cannot be kept, for people; empty if it can
 * @param bytesOnDisk what the journal has
 * @param records how many records it wrote since the start
 * @param batches in how many writes
 */
public record StateReport(
    String kind, String problem, long bytesOnDisk, long records, long batches) {
  /** State that ends with the process. */
  public static final StateReport MEMORY = new StateReport("memory", "", 0, 0, 0);
}
