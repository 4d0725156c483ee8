package io.sluice.client.jobs;

import io.sluice.client.Lease;

/** What a job does under its lease. */
@FunctionalInterface
interface JobWork<R> {
  R run(Lease lease) throws Exception;
}
