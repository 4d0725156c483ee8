package io.sluice.server.grpc;

import io.sluice.engine.model.Decision;
import io.sluice.server.driver.Asked;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One acquire of a session: takes its decision to the outbox. All but the decision is touched
 * within the session's lock; what is answered is known to the outbox.
 */
final class SessionCall implements Consumer<Decision> {
  final long number;
  final @Nullable AcquireTemplate template;
  private final SessionOutbox outbox;
  private @Nullable Asked asked;

  // Guarded by the outbox.
  /** Whether it has been answered, or needs no answer any more. */
  boolean over;

  boolean granted;
  boolean leased;

  SessionCall(long number, @Nullable AcquireTemplate template, SessionOutbox outbox) {
    this.number = number;
    this.template = template;
    this.outbox = outbox;
  }

  @Override
  public void accept(Decision decision) {
    outbox.decided(this, decision);
  }

  void asked(Asked acquire) {
    asked = acquire;
  }

  /** Gives back whatever was granted or waited for. */
  void giveBack() {
    if (asked != null) {
      asked.cancel();
    }
  }
}
