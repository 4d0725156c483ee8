package io.sluice.engine.admission;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Claim;
import java.util.ArrayList;
import java.util.List;

/** What the invariants look at and callers cannot see: who waits where, and the engine's clock. */
public final class EngineProbe {
  private EngineProbe() {}

  /** Returns the time up to which the engine has moved. */
  public static long clockNanos(AdmissionEngine engine) {
    return engine.clockNanos();
  }

  /** Returns everybody who waits. */
  public static List<Waiting> waiting(AdmissionEngine engine) {
    WaitingRoom room = engine.room();
    if (room.size() == 0) {
      return List.of();
    }
    List<Waiting> waiting = new ArrayList<>();
    for (Waiter waiter : room.all()) {
      List<Bucket> stands = new ArrayList<>(waiter.places.size());
      waiter.places.forEach(place -> stands.add(place.queue.bucket));
      List<Bucket> waitsAt = stands;
      if (waiter.parked) {
        waitsAt = waiter.ask.contended().stream().map(Charge::bucket).toList();
      }
      long earliest = Long.MAX_VALUE;
      for (Ticket ticket : waiter.tickets) {
        earliest = Math.min(earliest, ticket.isScheduled() ? ticket.deadlineNanos() : -1);
      }
      waiting.add(
          new Waiting(
              waiter.sequence,
              waiter.ask.claim(),
              stands,
              waitsAt,
              waiter.tickets.size(),
              earliest,
              waiter.deciding,
              waiter.parked,
              !waiter.parked && !room.isBehindAnother(waiter),
              !waiter.parked && isAlone(room, waiter)));
    }
    return waiting;
  }

  /** Returns how many the waiting room says it holds. */
  public static int waitingCount(AdmissionEngine engine) {
    return engine.room().size();
  }

  /** Returns how much named work is remembered. */
  public static int knownWork(AdmissionEngine engine) {
    return engine.knownWork();
  }

  private static boolean isAlone(WaitingRoom room, Waiter waiter) {
    for (Charge charge : waiter.ask.charges()) {
      WaitQueue queue = room.queue(charge.bucket());
      if (queue != null && (queue.size() > 1 || queue.head() != waiter)) {
        return false;
      }
    }
    return true;
  }

  /**
   * One who waits.
   *
   * @param sequence rises with each that begins to wait
   * @param claim what it asks for
   * @param stands the buckets in whose queues it stands
   * @param waitsAt the buckets at which it counts as waiting: those, or all while it is paused
   * @param tickets how many calls wait for its answer
   * @param deadlineNanos when the first of them has waited long enough; -1 = is not scheduled
   * @param deciding the store has been asked and has not answered
   * @param paused it waits for the end of a pause, in no queue
   * @param next it is not paused, and nobody goes before it at any bucket that it would take from
   * @param alone it is not paused, and nobody else waits at any bucket that it would take from
   */
  public record Waiting(
      long sequence,
      Claim claim,
      List<Bucket> stands,
      List<Bucket> waitsAt,
      int tickets,
      long deadlineNanos,
      boolean deciding,
      boolean paused,
      boolean next,
      boolean alone) {
    /** Returns what was asked. */
    public Acquire acquire() {
      return claim.acquire();
    }
  }
}
