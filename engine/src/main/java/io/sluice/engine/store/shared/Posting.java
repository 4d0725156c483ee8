package io.sluice.engine.store.shared;

import io.sluice.engine.model.LeaseId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process asks of the {@link Ledger} in one atomic step.
 *
 * <p>First the changes are made, in order, whatever becomes of the takes. Then all takes are
 * checked, and if every one fits, all are taken; else none is.
 *
 * @param changes what is changed in any case
 * @param takes what is asked for, each account at most once; empty = nothing
 * @param commit whether what fits is taken; false only asks whether it fits
 * @param queued who asks is the first of those who wait in this process; else it overtakes nobody
 *     who waits, in whichever process
 * @param holder who holds the seats that are taken; null = no seats are taken and no fence is asked
 *     for
 * @param request what makes two postings the same request; null = every posting is another
 */
public record Posting(
    List<Change> changes,
    List<Take> takes,
    boolean commit,
    boolean queued,
    @Nullable Holder holder,
    @Nullable Request request) {
  /** A posting that only changes. */
  public static Posting of(List<Change> changes) {
    return new Posting(changes, List.of(), true, false, null, null);
  }

  /**
   * The lease that a posting makes.
   *
   * @param lease its id; a posting whose lease holds one of its seats already takes nothing again
   * @param holdMillis how long it holds its seats, from now, unless that is extended
   */
  public record Holder(LeaseId lease, long holdMillis) {}

  /**
   * Makes a posting that is made again, perhaps by another process, find the first one's lease.
   *
   * @param name who asked and how that request was called, 1..512 bytes
   * @param body what stands for its body: another body under the same name is a conflict
   * @param keepMillis how long it is remembered
   */
  public record Request(String name, long body, long keepMillis) {}

  /**
   * A take.
   *
   * @param account what it is taken of
   * @param permits how much, at least 1; of tokens more than the burst fits if the account is full,
   *     and leaves a debt
   * @param leaving how much has to be left for somebody who goes first; else 0
   * @param optional if it does not fit it is left out, and stands in nobody's way
   * @param beginsEmpty if the account does not exist yet, it begins with nothing left
   */
  public record Take(
      Account account, long permits, long leaving, boolean optional, boolean beginsEmpty) {}

  /** A change that is made in any case. */
  public sealed interface Change {
    /** Returns the account; null if it is not of one. */
    @Nullable Account account();

    /** Lets a lease hold seats for some time, whether they are free or not; again = the same. */
    record Hold(Account.Seats account, LeaseId lease, long permits, long holdMillis)
        implements Change {}

    /**
     * Lets a lease that still holds seats hold them for a time from now. Tells 1 if it does, 0 if
     * they were given away and nothing was changed.
     */
    record Extend(Account.Seats account, LeaseId lease, long holdMillis) implements Change {}

    /** Ends what a lease holds; nothing happens if it does not. */
    record Drop(Account.Seats account, LeaseId lease) implements Change {}

    /**
     * Lets no posting ever take seats for a lease, because it is not known whether one did; what it
     * holds is told apart, by {@link Drop}.
     */
    record Bury(LeaseId lease) implements Change {
      @Override
      public @Nullable Account account() {
        return null;
      }
    }

    /**
     * Lets a request be asked anew, if this is the lease that was made for it; else nothing
     * happens.
     */
    record Forget(String request, LeaseId lease) implements Change {
      @Override
      public @Nullable Account account() {
        return null;
      }
    }

    /**
     * Gives back what was taken so long ago and not used, at most until the account is full; of a
     * window only if it is the one in which it was taken.
     */
    record GiveBack(Account account, long permits, long ageMicros) implements Change {}

    /**
     * Takes what was used beyond what was taken, down to a whole burst, or window, of debt. Tells
     * what the debt had no room for.
     */
    record Debit(Account account, long permits) implements Change {}

    /** Makes the account as new: full, whatever was owed. */
    record Fill(Account account) implements Change {}

    /** Gives up this process's turn at an account, as nobody waits for it here any more. */
    record Leave(Account account) implements Change {}
  }
}
