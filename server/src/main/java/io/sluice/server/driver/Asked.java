package io.sluice.server.driver;

import io.sluice.engine.admission.Reply;
import io.sluice.engine.admission.Ticket;
import io.sluice.engine.model.Decision;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An acquire under way: carries the decision from inside the engine's lock to the caller outside.
 */
public final class Asked implements Reply, Posted {
  private static final Logger LOG = LoggerFactory.getLogger(Asked.class);

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

  /** A grant is a promise, and may repeat one that is not durable yet; a denial may be told. */
  @Override
  public void tell(Deliveries deliveries, long position, boolean changed) {
    deliveries.await(
        decision instanceof Decision.Granted ? position : 0,
        problem -> {
          if (problem == null) {
            deliver();
          } else {
            unavailable();
          }
        });
  }

  private void deliver() {
    Decision made = decision;
    if (made == null) {
      return;
    }
    try {
      caller.accept(made);
    } catch (RuntimeException e) {
      // One caller's trouble must not cost the others of this step their answers.
      LOG.error("An answer could not be delivered", e);
      cancel();
    }
  }

  /** Gives a grant back that cannot be promised, and tells so. */
  private void unavailable() {
    cancel();
    caller.accept(EngineDriver.UNAVAILABLE);
  }
}
