package io.sluice.server.cli;

import io.sluice.proto.v1.Grant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What clients were told, by one clock; and what follows from it. Thread-safe. */
final class CrashHistory {
  private final List<Held> all = new ArrayList<>();
  private final List<String> lost = new ArrayList<>();
  private int heldOverKills;

  /** A lease as its holder knows it. */
  static final class Held {
    private final String lease;
    private final long fence;
    private final boolean replayed;
    private final long askedNanos;
    private final long grantedNanos;
    private volatile long releasingNanos = Long.MAX_VALUE;

    Held(Grant grant, long askedNanos, long grantedNanos) {
      this.lease = grant.getLeaseId();
      this.fence = grant.getFencingToken();
      this.replayed = grant.getReplayed();
      this.askedNanos = askedNanos;
      this.grantedNanos = grantedNanos;
    }

    /** From now on the holder does not work any more. */
    void releasing(long nanos) {
      releasingNanos = nanos;
    }
  }

  synchronized Held granted(Grant grant, long askedNanos, long grantedNanos) {
    Held held = new Held(grant, askedNanos, grantedNanos);
    all.add(held);
    return held;
  }

  synchronized void lost(Held held, String status) {
    lost.add(held.lease + " is " + status);
  }

  synchronized void heldOverKill() {
    heldOverKills++;
  }

  synchronized long size() {
    return all.size();
  }

  synchronized long replays() {
    return all.stream().filter(held -> held.replayed).count();
  }

  synchronized int heldOverKills() {
    return heldOverKills;
  }

  synchronized List<String> lost() {
    return List.copyOf(lost);
  }

  void awaitMoreThan(long grants) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (size() <= grants) {
      if (System.nanoTime() > until) {
        throw new AssertionError("no more than " + size() + " grants");
      }
      TimeUnit.MILLISECONDS.sleep(5); // processes at work
    }
  }

  /** The most leases that were held at one moment: told to be, and not being released yet. */
  synchronized int mostHeld() {
    record Change(long nanos, int by) {}
    List<Change> changes = new ArrayList<>();
    for (Held held : all) {
      changes.add(new Change(held.grantedNanos, 1));
      changes.add(new Change(held.releasingNanos, -1));
    }
    changes.sort(Comparator.comparingLong(Change::nanos).thenComparingInt(Change::by));
    int now = 0;
    int most = 0;
    for (Change change : changes) {
      now += change.by();
      most = Math.max(most, now);
    }
    return most;
  }

  /** Fencing tokens that two leases have, or that do not rise from one grant to a later one. */
  synchronized List<String> fenceErrors() {
    List<String> errors = new ArrayList<>();
    Map<Long, String> owners = new HashMap<>();
    for (Held held : all) {
      String other = owners.putIfAbsent(held.fence, held.lease);
      if (other != null && !other.equals(held.lease)) {
        errors.add("fence " + held.fence + " of " + other + " and " + held.lease);
      }
    }
    List<Held> answered = new ArrayList<>(all);
    answered.sort(Comparator.comparingLong(held -> held.grantedNanos));
    List<Held> asked = new ArrayList<>(all);
    asked.sort(Comparator.comparingLong(held -> held.askedNanos));
    long highest = 0;
    int next = 0;
    for (Held held : asked) {
      while (next < answered.size() && answered.get(next).grantedNanos < held.askedNanos) {
        highest = Math.max(highest, answered.get(next++).fence);
      }
      if (held.fence <= highest) {
        errors.add("fence " + held.fence + " was granted after " + highest);
      }
    }
    return errors;
  }
}
