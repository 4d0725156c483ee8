package io.sluice.engine.store.shared;

import java.util.function.Consumer;

/**
 * What is left of the buckets that several processes share. It lives elsewhere, by a clock of its
 * own, and outlives any of them.
 *
 * <p>Guarantees of every ledger:
 *
 * <ul>
 *   <li>A {@link Posting} is one atomic step, and postings of one process are made in the order in
 *       which they were posted.
 *   <li>Each answer is told exactly once, later, in a step of its own of whoever drives the engine;
 *       never within another call. It comes within a bound of time, as {@link Posted.Unavailable}
 *       if nothing else is known.
 *   <li>Made twice, because an answer was lost on the way, a posting takes no seat twice; tokens it
 *       may take twice, never gives them back twice.
 *   <li>What is held by a process that is never heard of again comes free when its time is over.
 *   <li>Who waits goes in turns: at an account where processes wait, only the one that waits for
 *       the longest takes. One that is not heard of for some seconds loses its turn.
 * </ul>
 */
public interface Ledger {
  /**
   * Posts; at most so many may be under way as the ledger bears, else it is unavailable at once.
   */
  void post(Posting posting, Consumer<Posted> answer);

  /** Asks for {@link Listener#changed} of an account, until {@link #unwatch}. */
  void watch(Account account);

  /** Ends {@link #watch}. */
  void unwatch(Account account);

  /** Notes that all that this process holds has been posted anew in a generation of the ledger. */
  void asserted(long generation);

  /** Says who is told what happens. Called once, before anything else. */
  void listen(Listener listener);

  /** Is told what happens, each time in a step of its own of whoever drives the engine. */
  interface Listener {
    /** Something may have come free at an account that is watched. A hint: some may get lost. */
    void changed(String account);

    /** The state of the ledger is another. */
    void health(Health health);
  }

  /**
   * The state of the ledger, as this process sees it.
   *
   * @param reachable whether postings are answered
   * @param generation another one means that the ledger may have lost what was in it; 0 = it was
   *     not reached yet
   * @param settled whether every process that was known has asserted what it holds in this
   *     generation
   * @param processes how many processes use it, this one included; the last known number while it
   *     is out of reach; at least 1
   */
  record Health(boolean reachable, long generation, boolean settled, int processes) {}
}
