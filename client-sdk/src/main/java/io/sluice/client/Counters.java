package io.sluice.client;

import java.util.concurrent.atomic.LongAdder;

/** What happened to a client's leases behind its callers' backs. Thread-safe. */
final class Counters {
  final LongAdder leasesLost = new LongAdder();
  final LongAdder releaseFailures = new LongAdder();
  final LongAdder listenerFailures = new LongAdder();
}
