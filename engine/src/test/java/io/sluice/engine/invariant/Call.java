package io.sluice.engine.invariant;

import io.sluice.engine.admission.Reply;
import io.sluice.engine.admission.Ticket;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LeaseId;
import java.util.function.Consumer;

/** One call of acquire as the caller sees it. */
public final class Call implements Reply {
  final Acquire acquire;

  /** The lease that it resumes; null if it asks for a new grant. */
  final LeaseId resumes;

  /** Whoever began to wait with a lower number was waiting when this call came. */
  final long arrival;

  /** What it needs by the limits in force. */
  Need need;

  private final History history;
  private final Consumer<Decision> answer;
  private Ticket ticket;
  private Decision decision;
  private boolean cancelled;

  Call(
      History history,
      Acquire acquire,
      LeaseId resumes,
      Need need,
      long arrival,
      Consumer<Decision> answer) {
    this.history = history;
    this.acquire = acquire;
    this.resumes = resumes;
    this.need = need;
    this.arrival = arrival;
    this.answer = answer;
  }

  @Override
  public void decided(Decision answered) {
    history.answered(this, answered);
    decision = answered;
    answer.accept(answered);
  }

  /** Keeps what the engine returned. */
  public void issued(Ticket issued) {
    ticket = issued;
  }

  /** Returns what was asked. */
  public Acquire acquire() {
    return acquire;
  }

  /** Returns what to cancel. */
  public Ticket ticket() {
    return ticket;
  }

  /** Returns the answer, or null. */
  public Decision decision() {
    return decision;
  }

  /** Returns whether it was cancelled. */
  public boolean isCancelled() {
    return cancelled;
  }

  /** Returns whether it is neither answered nor cancelled. */
  public boolean isOpen() {
    return decision == null && !cancelled;
  }

  /** Returns whether it has no request id of its own that a second call could name. */
  boolean isNameless() {
    return resumes != null || acquire.requestId().isEmpty();
  }

  void cancel() {
    cancelled = true;
  }
}
