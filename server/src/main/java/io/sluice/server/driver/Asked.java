package io.sluice.server.driver;

import io.sluice.engine.admission.Reply;
import io.sluice.engine.admission.Ticket;
import io.sluice.engine.model.Decision;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An acquire under way: carries the decision from inside the engine's lock to the caller outside.
 */
public final class Asked implements Reply {
  private final EngineDriver driver;
  private final Consumer<Decision> caller;
  private @Nullable Decision decision;
  @Nullable Ticket ticket;

  Asked(EngineDriver driver, Consumer<Decision> caller) {
    this.driver = driver;
    this.caller = caller;
  }

  @Override
  public void decided(Decision made) {
    decision = made;
    driver.post(this);
  }

  /** Gives back whatever was granted or waited for; harmless when there is nothing. */
  public void cancel() {
    driver.cancel(this);
  }

  /** Returns whether what is to be told is a promise. */
  boolean isGrant() {
    return decision instanceof Decision.Granted;
  }

  void deliver() {
    Decision made = decision;
    if (made != null) {
      caller.accept(made);
    }
  }

  /** Gives a grant back that cannot be promised, and tells so. */
  void unavailable() {
    cancel();
    caller.accept(EngineDriver.UNAVAILABLE);
  }
}
