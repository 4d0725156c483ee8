package io.sluice.benchmarks.lab.seats;

/**
 * What the bands are about.
 *
 * @param contended whether the service is one of work that gets in the way of other work
 * @param overload the goodput in B
 * @param highest the highest limit at the end of B, in workers
 * @param drift how the limit moved through B
 * @param slowness the 99th percentile of the latency in B over that of a limit fixed at the workers
 * @param refused the share that is refused at half load, in A or C, the larger
 * @param slower the goodput in D
 * @param slowerOverload the goodput in E
 */
record Marks(
    boolean contended,
    double overload,
    double highest,
    double drift,
    double slowness,
    double refused,
    double slower,
    double slowerOverload) {}
