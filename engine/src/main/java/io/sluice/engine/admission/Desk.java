package io.sluice.engine.admission;

import io.sluice.engine.store.Verdict;

/** Where waiters get their answers. */
interface Desk {
  /** A waiter has left the queue with a verdict that ends its wait. */
  void answered(Waiter waiter, Verdict verdict);

  /** A store that is elsewhere gave this to an ask whose caller has gone meanwhile. */
  void takeBack(Ask ask, Verdict.Admitted admitted);

  /** A waiter has left the queue, for whatever reason. */
  void left(Waiter waiter);

  /** A waiter of a queue that stands has waited too long; it is still in it. */
  void shed(Waiter waiter, WaitQueue queue);
}
