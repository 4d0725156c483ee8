package io.sluice.engine.learning;

import org.jspecify.annotations.Nullable;

/** Places of probes that are kept while a store is asked. */
public final class Reservation {
  private final Learner learner;
  private final long ticket;
  private final @Nullable Reservation next;

  Reservation(Learner learner, long ticket, @Nullable Reservation next) {
    this.learner = learner;
    this.ticket = ticket;
    this.next = next;
  }

  Learner learner() {
    return learner;
  }

  long ticket() {
    return ticket;
  }

  @Nullable Reservation next() {
    return next;
  }
}
