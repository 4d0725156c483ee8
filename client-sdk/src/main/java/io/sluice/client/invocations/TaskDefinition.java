package io.sluice.client.invocations;

import io.sluice.client.Acquisition;
import io.sluice.client.Dedup;
import io.sluice.client.Demand;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a task is, and what it asks of the server.
 *
 * @param namespace of its application
 * @param name of the task
 * @param work what it does
 * @param registration which calls are one while they are pending
 * @param running which calls run one at a time
 * @param keys arguments that make calls the same, with KEYS
 * @param control the value of the attribute that chooses the limit
 * @param raisesOnDifference whether a call that would reuse one with other arguments is refused
 * @param reroutes whether a call that may not run waits; else it is dropped
 * @param maxAttempts how often a call that throws is run
 * @param ttl of leases
 */
record TaskDefinition<R>(
    String namespace,
    String name,
    TaskWork<R> work,
    ConcurrencyControlType registration,
    ConcurrencyControlType running,
    List<String> keys,
    String control,
    boolean raisesOnDifference,
    boolean reroutes,
    int maxAttempts,
    Duration ttl) {
  static final String ARGUMENT = "arg.";
  private static final Duration LONGEST = Duration.ofHours(24);

  /** Asks for the one lease that stands for all pending calls that are the same. */
  Acquisition register(String id, CallArguments arguments) {
    Demand demand = Demand.of("registrations/" + namespace + "/" + name);
    for (Map.Entry<String, String> argument : arguments.shortened().entrySet()) {
      demand = demand.attribute(ARGUMENT + argument.getKey(), argument.getValue());
    }
    return Acquisition.of(demand)
        .requestId(id)
        .ttl(ttl)
        .wantLease()
        .dedup(Dedup.of(arguments.key(registration, keys)).alsoRunning());
  }

  /** Asks to run, at once or in the server's queue. */
  Acquisition run(String id, int ask, CallArguments arguments, boolean waits) {
    Demand demand = Demand.of(resource());
    if (running != ConcurrencyControlType.DISABLED) {
      demand =
          demand
              .attribute("control", control)
              .attribute(
                  "running_key", namespace + "/" + name + "/" + arguments.key(running, keys));
    }
    return Acquisition.of(demand)
        .requestId(id + "-" + ask)
        .ttl(ttl)
        .label("invocation", id)
        .maxWait(waits ? LONGEST : Duration.ZERO);
  }

  String resource() {
    return "invocations/" + namespace + "/" + name;
  }
}
