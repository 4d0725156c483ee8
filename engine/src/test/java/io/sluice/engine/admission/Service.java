package io.sluice.engine.admission;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Decision;
import io.sluice.engine.model.LeaseId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Acquires made of the engine of a fixture, and the order in which they were granted. */
final class Service {
  private final EngineFixture engine;
  private final List<Acquire> order = new ArrayList<>();
  private final Deque<LeaseId> held = new ArrayDeque<>();
  private Consumer<Acquire> then = acquire -> {};
  private int told;

  Service(EngineFixture engine) {
    this.engine = engine;
  }

  /** Does something about each grant, after the step in which it was made. */
  Service then(Consumer<Acquire> next) {
    then = next;
    return this;
  }

  /** Asks; the grant is noted when it comes. */
  Ticket ask(Acquire acquire) {
    return engine.engine().acquire(acquire, decision -> decided(acquire, decision), engine.now());
  }

  /** Gives up. */
  void cancel(Ticket ticket) {
    engine.engine().cancel(ticket, engine.now());
    react();
  }

  /** Ends the oldest lease that was got here. */
  void releaseOldest() {
    engine.release(held.remove());
    react();
  }

  /** Ends every lease that was got here, and all that are got then, the oldest first. */
  void releaseAll() {
    while (!held.isEmpty()) {
      releaseOldest();
    }
  }

  /** Lets time pass, as for tokens to accrue. */
  void pass(long nanos) {
    engine.passNanos(nanos);
    react();
  }

  int held() {
    return held.size();
  }

  /** Returns what was granted so far, the first first. */
  List<Acquire> order() {
    return order;
  }

  /** Returns the clients in the order in which they were granted something. */
  List<String> clients() {
    return order.stream().map(Acquire::clientId).toList();
  }

  private void react() {
    while (told < order.size()) {
      then.accept(order.get(told++));
    }
  }

  private void decided(Acquire acquire, Decision decision) {
    if (decision instanceof Decision.Granted granted) {
      order.add(acquire);
      if (granted.leaseId() != null) {
        held.add(granted.leaseId());
      }
    }
  }
}
