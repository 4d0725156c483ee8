package io.sluice.client.jobs;

/** Wants to know where jobs stand. */
@FunctionalInterface
public interface JobListener {

  /**
   * A job stands elsewhere. Best quick: it is called where the job runs, or where it was lost.
   *
   * @param job which
   * @param status where it stands now, not PENDING
   */
  void changed(Job<?> job, JobStatus status);
}
