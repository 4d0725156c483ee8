package io.sluice.engine.admission;

import io.sluice.engine.learning.Reservation;
import io.sluice.engine.store.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * One caller's stake in an acquire: what to cancel when the caller goes away. Opaque outside the
 * engine. As an alarm it is due when the caller has waited long enough.
 */
public final class Ticket extends Alarm {
  enum State {
    DECIDING,
    WAITING,
    GRANTED,
    CLOSED
  }

  final Reply reply;
  State state = State.DECIDING;
  @Nullable Waiter waiter;
  Verdict.@Nullable Admitted admitted;

  /** Since when it waits: its waiter may have waited for others before. */
  long waitsSinceNanos;

  /** The places of probes that are kept for it while the store is asked. */
  @Nullable Reservation reserved;

  /** The waiter whose place it takes. */
  @Nullable Waiter heirOf;

  private final WaitingRoom room;

  Ticket(Reply reply, WaitingRoom room) {
    this.reply = reply;
    this.room = room;
  }

  @Override
  void ring(long nowNanos) {
    room.timeIsUp(this);
  }
}
