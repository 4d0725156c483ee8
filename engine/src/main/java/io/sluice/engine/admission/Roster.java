package io.sluice.engine.admission;

import io.sluice.engine.limit.ActiveLimit;
import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.StateStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists those who wait, with their places. Changes nothing. */
final class Roster {
  private final StateStore store;
  private final long nowNanos;
  private final Map<Waiter, Line> lines = new LinkedHashMap<>();

  private Roster(StateStore store, long nowNanos) {
    this.store = store;
    this.nowNanos = nowNanos;
  }

  /** Returns everybody who stands in these queues, or apart, in the order of arrival. */
  static List<Waiting> of(
      Iterable<WaitQueue> queues, Iterable<Waiter> apart, StateStore store, long nowNanos) {
    Roster roster = new Roster(store, nowNanos);
    apart.forEach(roster::readApart);
    queues.forEach(roster::read);
    return roster.lines.entrySet().stream()
        .map(entry -> entry.getValue().waiting(entry.getKey(), nowNanos))
        .sorted(Comparator.comparingLong(Waiting::sequence))
        .toList();
  }

  private void readApart(Waiter waiter) {
    Line line = new Line();
    line.waitNanos = Long.MAX_VALUE;
    waiter.ask.contended().forEach(charge -> line.limits.add(charge.limitName()));
    lines.put(waiter, line);
  }

  private void read(WaitQueue queue) {
    int position = 0;
    long permits = -store.state(queue.bucket, nowNanos).remaining();
    for (Waiter waiter : queue.inOrder()) {
      position++;
      permits += waiter.ask.chargeOf(queue.bucket).taken();
      Line line = lines.computeIfAbsent(waiter, w -> new Line());
      line.position = Math.max(line.position, position);
      line.waitNanos = Math.max(line.waitNanos, waitNanos(queue.bucket, permits));
      line.limits.add(queue.bucket.limit().name());
    }
  }

  private static long waitNanos(Bucket bucket, long missing) {
    ActiveLimit limit = bucket.limit();
    Policy policy = limit.limit().policy();
    boolean rate = policy.kind() == LimitKind.RATE;
    long hold = limit.counters().recentHoldNanos(-1);
    if (missing > 0 && !rate && hold < 0) {
      return Long.MAX_VALUE; // nobody has given anything back yet
    }
    double turnover = policy.turnoverNanos(Math.max(0, hold));
    double each = rate ? turnover : turnover / policy.capacity();
    return missing <= 0 ? 0 : (long) (missing * each);
  }

  /** What is known of one waiter. */
  private static final class Line {
    final List<String> limits = new ArrayList<>(1);
    int position;
    long waitNanos;

    Waiting waiting(Waiter waiter, long nowNanos) {
      long until = waiter.sinceNanos;
      for (Ticket ticket : waiter.tickets) {
        until = Math.max(until, ticket.deadlineNanos());
      }
      return new Waiting(
          waiter.ask.acquire(),
          waiter.sequence,
          nowNanos - waiter.sinceNanos,
          Math.max(0, until - nowNanos),
          position,
          waitNanos,
          List.copyOf(limits));
    }
  }
}
