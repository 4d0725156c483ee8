package io.sluice.engine.store.shared;

import io.sluice.engine.limit.Policy;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.rate.CarryOver;
import io.sluice.engine.rate.TokenBucket;
import io.sluice.engine.rate.TokenScale;
import io.sluice.engine.rate.WallClock;
import io.sluice.engine.rate.Window;
import io.sluice.engine.rate.WindowRule;
import io.sluice.engine.store.shared.Posting.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is in a ledger, and what a posting does to it: as exact as the engine's own arithmetic. */
public final class LedgerState {
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;
  private static final long TURN_NANOS = Duration.ofSeconds(3).toNanos();

  private final Map<String, Entry> accounts = new HashMap<>();
  private final Map<String, Request> requests = new HashMap<>();
  private final Map<LeaseId, Long> buried = new HashMap<>();
  private final Map<String, Map<String, Ticket>> turns = new HashMap<>();
  private long lastFence;
  private long nextTicket;

  private record Request(LeaseId lease, long fence, long body, long untilNanos) {}

  private record Ticket(long number, long heardNanos) {}

  private record Seat(long permits, long untilNanos) {}

  /** One account. */
  private abstract static class Entry {
    /** Follows the rules told. */
    abstract void rules(Account account, long now);

    abstract long remaining(long now);

    abstract boolean fits(long permits, long leaving, long now);

    abstract long waitNanos(long permits, long now);

    abstract void take(long permits, @Nullable LeaseId lease, long untilNanos, long now);

    void giveBack(long permits, long takenAtNanos, long now) {}

    long debit(long permits, long now) {
      return 0;
    }

    void empty(long now) {}
  }

  private static final class Tokens extends Entry {
    TokenScale scale;
    TokenBucket bucket;

    Tokens(TokenScale scale, long now) {
      this.scale = scale;
      bucket = new TokenBucket(scale, now);
    }

    @Override
    void rules(Account account, long now) {
      TokenScale told = ((Account.Tokens) account).scale();
      if (!told.equals(scale)) {
        bucket.rescale(scale, told, CarryOver.AS_IS, now);
        scale = told;
      }
    }

    @Override
    long remaining(long now) {
      return bucket.tokens(scale, now);
    }

    @Override
    boolean fits(long permits, long leaving, long now) {
      return bucket.holds(scale, Math.min(permits, scale.burst()), now)
          && (leaving == 0 || permits + leaving <= remaining(now));
    }

    @Override
    long waitNanos(long permits, long now) {
      return bucket.waitNanos(scale, Math.min(permits, scale.burst()), now);
    }

    @Override
    void take(long permits, @Nullable LeaseId lease, long untilNanos, long now) {
      bucket.take(scale, permits);
    }

    @Override
    void giveBack(long permits, long takenAtNanos, long now) {
      bucket.giveBack(scale, permits, now);
    }

    @Override
    long debit(long permits, long now) {
      return bucket.debit(scale, permits, now);
    }

    @Override
    void empty(long now) {
      bucket.take(scale, scale.burst());
    }
  }

  private static final class InWindow extends Entry {
    private Policy.Window policy;
    private final Window window;

    InWindow(Policy.Window policy, WallClock wall, long now) {
      this.policy = policy;
      window = policy.rule().open(policy.permits(), wall, now);
    }

    @Override
    void rules(Account account, long now) {
      Policy.Window told = LedgerState.window(account);
      if (!told.equals(policy)) {
        window.change(told.permits(), told.rule(), now);
        policy = told;
      }
    }

    @Override
    long remaining(long now) {
      return window.remaining(now);
    }

    @Override
    boolean fits(long permits, long leaving, long now) {
      return permits + leaving <= window.remaining(now);
    }

    @Override
    long waitNanos(long permits, long now) {
      return window.waitNanos(permits, now);
    }

    @Override
    void take(long permits, @Nullable LeaseId lease, long untilNanos, long now) {
      window.take(permits);
    }

    @Override
    void giveBack(long permits, long takenAtNanos, long now) {
      window.giveBack(permits, takenAtNanos, now);
    }

    @Override
    long debit(long permits, long now) {
      return window.debit(permits, now);
    }

    @Override
    void empty(long now) {
      window.take(policy.permits());
    }
  }

  private static final class CalendarEntry extends Entry {
    private long permits;
    private long endsAtMillis;
    private long taken;
    private long beganNanos;

    CalendarEntry(Account.Calendar account, long now) {
      permits = account.permits();
      endsAtMillis = account.endsAtMillis();
      beganNanos = now;
    }

    @Override
    void rules(Account account, long now) {
      Account.Calendar told = (Account.Calendar) account;
      permits = told.permits();
      if (told.endsAtMillis() > endsAtMillis) {
        endsAtMillis = told.endsAtMillis();
        taken = 0;
        beganNanos = now;
      }
    }

    @Override
    long remaining(long now) {
      return permits - taken;
    }

    @Override
    boolean fits(long asked, long leaving, long now) {
      return asked + leaving <= permits - taken;
    }

    @Override
    long waitNanos(long asked, long now) {
      if (asked <= permits - taken) {
        return 0;
      }
      return asked > permits ? Long.MAX_VALUE : Math.max(1, endsAtMillis * MILLI - now);
    }

    @Override
    void take(long more, @Nullable LeaseId lease, long untilNanos, long now) {
      taken += more;
    }

    @Override
    void giveBack(long fewer, long takenAtNanos, long now) {
      taken = takenAtNanos >= beganNanos ? Math.max(0, taken - fewer) : taken;
    }

    @Override
    long debit(long more, long now) {
      long counted = Math.max(0, Math.min(more, 2 * permits - taken));
      taken += counted;
      return more - counted;
    }

    @Override
    void empty(long now) {
      taken = permits;
    }
  }

  private static final class Seats extends Entry {
    private final Map<LeaseId, Seat> seats = new LinkedHashMap<>();
    private long capacity;

    @Override
    void rules(Account account, long now) {
      capacity = ((Account.Seats) account).capacity();
      seats.values().removeIf(seat -> seat.untilNanos <= now);
    }

    long held() {
      return seats.values().stream().mapToLong(Seat::permits).sum();
    }

    @Override
    long remaining(long now) {
      return capacity - held();
    }

    @Override
    boolean fits(long permits, long leaving, long now) {
      return permits + leaving <= remaining(now);
    }

    @Override
    long waitNanos(long permits, long now) {
      return permits <= remaining(now) ? 0 : Long.MAX_VALUE;
    }

    @Override
    void take(long permits, @Nullable LeaseId lease, long untilNanos, long now) {
      seats.put(lease, new Seat(permits, untilNanos));
    }
  }

  /** Does what a posting of a process says. */
  Posted post(String process, Posting posting, long atNanos, Consumer<String> freed) {
    long now = Math.floorDiv(atNanos, MICRO) * MICRO;
    List<Long> told = new ArrayList<>();
    for (Change change : posting.changes()) {
      told.add(change(process, change, now, freed));
    }
    Posting.Holder holder = posting.holder();
    Posting.Request asked = posting.request();
    Request known = asked == null ? null : requests.get(asked.name());
    if (known != null && known.untilNanos > now) {
      return new Posted.Repeated(told, known.lease, known.fence, known.body == asked.body());
    }
    boolean dead = holder != null && buried.getOrDefault(holder.lease(), 0L) > now;
    List<Posted.Reading> readings = new ArrayList<>();
    boolean all = !dead;
    for (Posting.Take take : posting.takes()) {
      Posted.Reading reading = read(process, posting, take, now);
      readings.add(reading);
      all &= reading.fits() || take.optional();
    }
    if (posting.queued()) {
      queue(process, posting, readings, all, now);
    }
    if (!all) {
      return new Posted.Refused(told, readings);
    }
    if (!posting.commit()) {
      return new Posted.Done(told, readings, 0);
    }
    return new Posted.Done(told, taken(posting, readings, now), fence(asked, holder, now));
  }

  private List<Posted.Reading> taken(Posting posting, List<Posted.Reading> before, long now) {
    Posting.Holder holder = posting.holder();
    List<Posted.Reading> readings = new ArrayList<>();
    for (int i = 0; i < posting.takes().size(); i++) {
      Posting.Take take = posting.takes().get(i);
      Entry entry = entry(take.account(), false, now);
      boolean fits = before.get(i).fits();
      if (fits && !holds(entry, holder)) {
        LeaseId lease = holder == null ? null : holder.lease();
        long until = holder == null ? 0 : now + holder.holdMillis() * MILLI;
        entry.take(take.permits(), lease, until, now);
      }
      readings.add(new Posted.Reading(fits, entry.remaining(now), before.get(i).waitMicros()));
    }
    return readings;
  }

  private long fence(Posting.@Nullable Request asked, Posting.@Nullable Holder holder, long now) {
    if (holder == null) {
      return 0;
    }
    lastFence = Math.max(lastFence + 1, now / MICRO * 1049);
    if (asked != null) {
      requests.put(
          asked.name(),
          new Request(holder.lease(), lastFence, asked.body(), now + asked.keepMillis() * MILLI));
    }
    return lastFence;
  }

  private Posted.Reading read(String process, Posting posting, Posting.Take take, long now) {
    Entry entry = entry(take.account(), take.beginsEmpty(), now);
    if (holds(entry, posting.holder())) {
      return new Posted.Reading(true, entry.remaining(now), 0);
    }
    boolean turn = isTurn(process, posting.queued(), take.account().name(), now);
    boolean fits = entry.fits(take.permits(), take.leaving(), now);
    long wait = entry.waitNanos(take.permits() + take.leaving(), now);
    return new Posted.Reading(
        fits && turn,
        entry.remaining(now),
        fits
            ? turn ? 0 : Long.MAX_VALUE
            : wait == Long.MAX_VALUE ? wait : Accounts.ceilDiv(wait, MICRO));
  }

  private static boolean holds(Entry entry, Posting.@Nullable Holder holder) {
    return holder != null
        && entry instanceof Seats seats
        && seats.seats.containsKey(holder.lease());
  }

  private boolean isTurn(String process, boolean queued, String account, long now) {
    Map<String, Ticket> waiting = turns.getOrDefault(account, Map.of());
    waiting.values().removeIf(ticket -> ticket.heardNanos + TURN_NANOS <= now);
    if (!queued) {
      return waiting.isEmpty();
    }
    Ticket own = waiting.get(process);
    return waiting.values().stream().allMatch(ticket -> own != null && own.number <= ticket.number);
  }

  private void queue(
      String process, Posting posting, List<Posted.Reading> readings, boolean all, long now) {
    long oldest = Long.MAX_VALUE;
    for (Posting.Take take : posting.takes()) {
      Ticket ticket = turns.getOrDefault(take.account().name(), Map.of()).get(process);
      oldest = ticket == null ? oldest : Math.min(oldest, ticket.number);
    }
    if (oldest == Long.MAX_VALUE) {
      oldest = nextTicket++;
    }
    for (int i = 0; i < posting.takes().size(); i++) {
      String account = posting.takes().get(i).account().name();
      Map<String, Ticket> waiting = turns.computeIfAbsent(account, any -> new LinkedHashMap<>());
      if (all && posting.commit()) {
        waiting.remove(process);
      } else if (waiting.containsKey(process) || !readings.get(i).fits()) {
        waiting.put(process, new Ticket(oldest, now));
      }
    }
  }

  private long change(String process, Change change, long now, Consumer<String> freed) {
    if (change instanceof Change.Hold hold) {
      Seats seats = (Seats) entry(hold.account(), false, now);
      if (!(buried.getOrDefault(hold.lease(), 0L) > now)) {
        seats.seats.put(hold.lease(), new Seat(hold.permits(), now + hold.holdMillis() * MILLI));
      }
    } else if (change instanceof Change.Extend extend) {
      Seats seats = (Seats) entry(extend.account(), false, now);
      Seat seat = seats.seats.get(extend.lease());
      if (seat == null) {
        return 0;
      }
      seats.seats.put(extend.lease(), new Seat(seat.permits, now + extend.holdMillis() * MILLI));
      return 1;
    } else if (change instanceof Change.Drop drop) {
      Seats seats = (Seats) entry(drop.account(), false, now);
      if (seats.seats.remove(drop.lease()) != null) {
        freed.accept(drop.account().name());
      }
    } else if (change instanceof Change.Bury bury) {
      buried.put(bury.lease(), now + Duration.ofMinutes(10).toNanos());
    } else if (change instanceof Change.Forget forget) {
      requests.computeIfPresent(
          forget.request(), (name, row) -> row.lease.equals(forget.lease()) ? null : row);
    } else if (change instanceof Change.GiveBack back) {
      entry(back.account(), false, now)
          .giveBack(back.permits(), now - back.ageMicros() * MICRO, now);
      freed.accept(back.account().name());
    } else if (change instanceof Change.Debit debit) {
      return entry(debit.account(), false, now).debit(debit.permits(), now);
    } else if (change instanceof Change.Fill fill) {
      accounts.remove(fill.account().name());
      freed.accept(fill.account().name());
    } else if (change instanceof Change.Leave leave) {
      Map<String, Ticket> waiting = turns.get(leave.account().name());
      if (waiting != null && waiting.remove(process) != null) {
        freed.accept(leave.account().name());
      }
    }
    return 0;
  }

  private Entry entry(Account account, boolean beginsEmpty, long now) {
    Entry entry = accounts.get(account.name());
    if (entry == null) {
      entry = create(account, now);
      accounts.put(account.name(), entry);
      if (beginsEmpty) {
        entry.empty(now);
      }
    }
    entry.rules(account, now);
    return entry;
  }

  private static Entry create(Account account, long now) {
    if (account instanceof Account.Tokens tokens) {
      return new Tokens(tokens.scale(), now);
    }
    if (account instanceof Account.Seats) {
      return new Seats();
    }
    if (account instanceof Account.Calendar calendar) {
      return new CalendarEntry(calendar, now);
    }
    return new InWindow(window(account), new WallClock(now), now);
  }

  private static Policy.Window window(Account account) {
    return account instanceof Account.Fixed fixed
        ? new Policy.Window(fixed.permits(), new WindowRule.Fixed(fixed.lengthMicros() * MICRO))
        : new Policy.Window(
            ((Account.Sliding) account).permits(),
            new WindowRule.Sliding(((Account.Sliding) account).lengthMicros() * MICRO));
  }

  Map<LeaseId, Long> held(String account, long now) {
    Map<LeaseId, Long> held = new LinkedHashMap<>();
    if (accounts.get(account) instanceof Seats seats) {
      seats.seats.forEach(
          (lease, seat) -> {
            if (seat.untilNanos > now) {
              held.put(lease, seat.permits);
            }
          });
    }
    return held;
  }
}
