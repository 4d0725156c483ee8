package io.sluice.client.jobs;

/** Where a job stands. It goes forward only. */
public enum JobStatus {
  /** It waits: for its turn here, or for its lease in the server's queue. */
  PENDING,
  /** It holds its lease and runs. */
  RUNNING,
  /** It returned; a program ended with code 0. */
  COMPLETED,
  /** It did not; {@link Job#failure} says why. */
  FAILED
}
