package io.sluice.engine.store.shared;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.Lease;
import io.sluice.engine.store.shared.Posting.Change;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger has still to be told, and the way by which everything is told.
 *
 * <p>Of a lease and an account nothing is kept but that there is something to tell; what it is, is
 * found when it is told, so that it is what is true then. While the ledger is out of reach all of
 * it stays; each thing once, and at most {@value #MAX_UNTOLD}: beyond that the oldest is dropped,
 * as what leases hold is forgotten by the ledger itself when its time is over.
 */
final class Outbox {
  /** The most changes in one posting. */
  static final int MAX_CHANGES = 128;

  static final int MAX_UNTOLD = 1_000_000;
  private static final long RETRY_NANOS = 100_000_000L;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Ledger ledger;
  private final Reach reach;
  private final Function<LeaseId, @Nullable Lease> leases;
  private final Map<Object, Word> untold = new LinkedHashMap<>();

  /** Leases that a posting under way is to let hold: nothing is told of them meanwhile. */
  private final Set<LeaseId> underWay = new HashSet<>();

  /** When to tell again what was not heard. */
  private long retryNanos = Long.MAX_VALUE;

  /** Buckets that gave out of this process's own share. */
  private final Set<SharedSpending> sharing = new LinkedHashSet<>();

  Outbox(Ledger ledger, Reach reach, Function<LeaseId, @Nullable Lease> leases) {
    this.ledger = ledger;
    this.reach = reach;
    this.leases = leases;
  }

  /** Something that is to be told. */
  private interface Word {
    /** Returns the change; null if there is nothing to tell any more. */
    @Nullable Change change(long nowNanos);

    /** Returns the lease that it is about; null = none. */
    default @Nullable LeaseId lease() {
      return null;
    }

    /** Returns whether it may be told again, if it is not known whether it was heard. */
    default boolean isRepeatable() {
      return true;
    }

    /** Returns what stands for both this and one that was to be told before. */
    default Word after(Word earlier) {
      return this;
    }
  }

  private record Held(String account, LeaseId lease) {}

  private record Holding(SharedSeats bucket, LeaseId lease, Outbox outbox) implements Word {
    @Override
    public Change change(long nowNanos) {
      Lease found = outbox.leases.apply(lease);
      Account.Seats seats = bucket.seats();
      long permits = 0;
      LeaseTerms terms = null;
      for (Charge charge : found == null ? List.<Charge>of() : found.held()) {
        if (charge.bucket() instanceof SharedSeats held
            && held.seats().name().equals(seats.name())) {
          permits += charge.taken();
          terms = held.limit().limit().policy().terms();
        }
      }
      return found == null || permits == 0 || terms == null
          ? new Change.Drop(seats, lease)
          : new Change.Hold(seats, lease, permits, holdMillis(found, terms, nowNanos));
    }
  }

  private record Debited(SharedSpending bucket, long permits) implements Word {
    @Override
    public Change change(long nowNanos) {
      return new Change.Debit(bucket.account(nowNanos), permits);
    }

    @Override
    public Word after(Word earlier) {
      long before = earlier instanceof Debited debited ? debited.permits : 0;
      return new Debited(bucket, permits + before);
    }
  }

  private record GivenBack(SharedSpending bucket, long permits, long takenAtNanos) implements Word {
    @Override
    public Change change(long nowNanos) {
      long age = Math.max(0, nowNanos - takenAtNanos) / NANOS_PER_MICRO;
      return new Change.GiveBack(bucket.account(nowNanos), permits, age);
    }

    @Override
    public boolean isRepeatable() {
      return false;
    }
  }

  private record Filled(SharedSpending bucket) implements Word {
    @Override
    public Change change(long nowNanos) {
      return new Change.Fill(bucket.account(nowNanos));
    }
  }

  private record Said(Change change) implements Word {
    @Override
    public Change change(long nowNanos) {
      return change;
    }
  }

  private record Batch(List<Change> changes, Map<Object, Word> words) {}

  /** Returns how long the ledger is to let a lease hold what it has of a limit. */
  static long holdMillis(Lease lease, LeaseTerms terms, long nowNanos) {
    long until =
        lease.isQuarantined()
            ? Math.min(lease.revokedByNanos(), lease.endedAtNanos() + terms.lockDelayNanos())
            : lease.dueNanos() + terms.lockDelayNanos();
    return Math.max(1, Accounts.ceilDiv(until - nowNanos, NANOS_PER_MILLI));
  }

  /** Notes that a lease holds something else of an account than the ledger knows. */
  void holding(SharedSeats bucket, LeaseId lease) {
    add(new Held(bucket.seats().name(), lease), new Holding(bucket, lease, this));
  }

  void giveBack(SharedSpending bucket, long permits, long takenAtNanos) {
    Word word = new GivenBack(bucket, permits, takenAtNanos);
    add(new Object(), word);
  }

  void debit(SharedSpending bucket, long permits) {
    if (permits > 0) {
      add(List.of("debit", bucket), new Debited(bucket, permits));
    }
  }

  void fill(SharedSpending bucket) {
    add(List.of("fill", bucket), new Filled(bucket));
  }

  /** Says something that is not about what is held or spent. */
  void say(Change change) {
    add(change, new Said(change));
  }

  /** Notes that a bucket begins to give out of this process's share. */
  void sharing(SharedSpending bucket) {
    sharing.add(bucket);
  }

  /** Returns how many things the ledger has still to be told. */
  int size() {
    return untold.size();
  }

  /** Notes that the ledger has to hear again what a lease holds. */
  void holdings(Lease lease) {
    for (Charge charge : lease.held()) {
      if (charge.bucket() instanceof SharedSeats seats && charge.taken() > 0) {
        holding(seats, lease.id());
      }
    }
  }

  /** Returns whether there is something that is held to be told. */
  boolean isAnythingHeldUntold() {
    return untold.values().stream().anyMatch(Holding.class::isInstance);
  }

  /** Returns when to flush again; {@link Long#MAX_VALUE} = no need. */
  long nextNanos() {
    return reach.isAway() ? Long.MAX_VALUE : retryNanos;
  }

  /** Tells all there is to tell, if the ledger is in reach and answered lately. */
  void flush(long nowNanos) {
    if (retryNanos == Long.MAX_VALUE || nowNanos >= retryNanos) {
      flushAll(nowNanos);
    }
  }

  /** Tells all there is to tell, if the ledger is in reach. */
  void flushAll(long nowNanos) {
    if (reach.isAway()) {
      return;
    }
    retryNanos = Long.MAX_VALUE;
    for (SharedSpending bucket : sharing) {
      debit(bucket, bucket.endShare(nowNanos));
    }
    sharing.clear();
    for (Batch batch = take(nowNanos); !batch.words.isEmpty(); batch = take(nowNanos)) {
      post(batch, Posting.of(batch.changes), nowNanos, posted -> {});
    }
  }

  /**
   * Posts, after everything that was to be told before.
   *
   * @param more changes of its own; what they tell is passed on with the answer
   * @param posting what else to post; its changes are left out of account
   */
  void post(
      List<Change> more, Posting posting, long nowNanos, BiConsumer<Posted, List<Long>> answer) {
    if (untold.size() + more.size() > MAX_CHANGES || !sharing.isEmpty()) {
      flushAll(nowNanos);
    }
    Batch batch = take(nowNanos);
    List<Change> changes = new ArrayList<>(batch.changes);
    changes.addAll(more);
    Posting.Holder holder = posting.holder();
    LeaseId lease = holder == null ? null : holder.lease();
    if (lease != null) {
      underWay.add(lease);
    }
    post(
        batch,
        new Posting(
            List.copyOf(changes),
            posting.takes(),
            posting.commit(),
            posting.queued(),
            holder,
            posting.request()),
        nowNanos,
        posted -> {
          if (lease != null) {
            underWay.remove(lease);
          }
          List<Long> told = told(posted);
          answer.accept(
              posted,
              told.size() < changes.size()
                  ? List.of()
                  : told.subList(batch.changes.size(), changes.size()));
        });
  }

  private void post(Batch batch, Posting posting, long nowNanos, Consumer<Posted> answer) {
    ledger.post(
        posting,
        posted -> {
          if (posted instanceof Posted.Unavailable unavailable) {
            restore(batch, unavailable.maybeDone(), nowNanos);
          } else if (posted instanceof Posted.Stale) {
            restore(batch, false, nowNanos);
          }
          answer.accept(posted);
        });
  }

  private static List<Long> told(Posted posted) {
    if (posted instanceof Posted.Done done) {
      return done.changes();
    }
    if (posted instanceof Posted.Refused refused) {
      return refused.changes();
    }
    return posted instanceof Posted.Repeated repeated ? repeated.changes() : List.of();
  }

  private void add(Object key, Word word) {
    Word earlier = untold.remove(key);
    untold.put(key, earlier == null ? word : word.after(earlier));
    if (untold.size() > MAX_UNTOLD) {
      untold.remove(untold.keySet().iterator().next());
    }
  }

  private Batch take(long nowNanos) {
    List<Change> changes = new ArrayList<>();
    Map<Object, Word> words = new LinkedHashMap<>();
    for (Iterator<Map.Entry<Object, Word>> left = untold.entrySet().iterator();
        left.hasNext() && words.size() < MAX_CHANGES; ) {
      Map.Entry<Object, Word> entry = left.next();
      LeaseId lease = entry.getValue().lease();
      if (lease == null || !underWay.contains(lease)) {
        Change change = entry.getValue().change(nowNanos);
        if (change != null) {
          changes.add(change);
        }
        words.put(entry.getKey(), entry.getValue());
        left.remove();
      }
    }
    return new Batch(changes, words);
  }

  /** Keeps for later what was not heard, or perhaps not. */
  private void restore(Batch batch, boolean maybeHeard, long postedNanos) {
    if (!batch.words.isEmpty()) {
      retryNanos = postedNanos + RETRY_NANOS;
    }
    batch.words.forEach(
        (key, word) -> {
          if (!maybeHeard || word.isRepeatable()) {
            Word later = untold.get(key);
            untold.put(key, later == null ? word : later.after(word));
          }
        });
  }
}
