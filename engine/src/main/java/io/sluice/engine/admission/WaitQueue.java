package io.sluice.engine.admission;

import io.sluice.engine.limit.QueueMode;
import io.sluice.engine.limit.QueueRules;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Demand;
import io.sluice.engine.store.Bucket;
import io.sluice.engine.store.Charge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Those who wait for one bucket, and which of them goes next: the better band, in it the flows in
 * turn, in a flow the first to come. As an alarm it is due when the bucket has accrued what its
 * head needs.
 *
 * <p>A waiter counts as having come later by {@code aging} for each band that it is worse by. So
 * one of band 7 goes before one of band 5 that came 2 × {@code aging} after it, and how long a
 * better band can keep a waiter back is bounded. It is then the oldest of its band that goes.
 */
final class WaitQueue extends Alarm {
  /** Aged waiters to count one by one. */
  private static final int MAX_AGED = 1_000;

  final Bucket bucket;
  private final WaitingRoom room;

  /** By priority; those in which somebody stands. */
  private final NavigableMap<Integer, Band> bands = new TreeMap<>();

  /** Those who have been sent on too often: they go first, in the order of their arrival. */
  private final TreeSet<Place> overdue = new TreeSet<>();

  private final Overload overload = new Overload();
  private int size;

  /** Waiters that know how long they will hold. */
  private int withExpectedHold;

  /** Something changed, so the head has to be tried. */
  boolean dirty;

  WaitQueue(Bucket bucket, WaitingRoom room) {
    this.bucket = bucket;
    this.room = room;
  }

  /** Adds a waiter, at the place of its arrival. */
  Place add(Waiter waiter) {
    Band band = bands.computeIfAbsent(waiter.priority(), priority -> new Band());
    Charge charge = waiter.ask.chargeOf(bucket);
    Place place = new Place(waiter, this, charge.taken(), flow(band, waiter.ask));
    band.add(place);
    if (waiter.overdue) {
      overdue.add(place);
    }
    count(waiter, 1);
    return place;
  }

  void remove(Place place) {
    Band band = bandOf(place);
    band.remove(place);
    if (band.isEmpty()) {
      bands.remove(place.waiter.priority());
    }
    overdue.remove(place);
    count(place.waiter, -1);
  }

  /** Notes that one that stands here got what it asked for. */
  void served(Place place) {
    bandOf(place).served(place);
  }

  /** Lets one that stands here go before all that are not overdue. */
  void overdue(Place place) {
    overdue.add(place);
  }

  boolean isEmpty() {
    return bands.isEmpty();
  }

  int size() {
    return size;
  }

  /** Returns whose turn it is; the queue must not be empty. */
  Waiter head() {
    if (!overdue.isEmpty()) {
      return overdue.first().waiter;
    }
    Map.Entry<Integer, Band> best = bands.firstEntry();
    Waiter eldest = eldest();
    boolean aged = eldest.priority() != best.getKey();
    return aged ? eldest : best.getValue().next(overload.isStanding()).waiter;
  }

  /** Returns whether somebody here goes before one that comes now. */
  boolean isAhead(Ask ask, long nowNanos) {
    return isAhead(ask.acquire().priority(), Math.min(ask.placeNanos(), nowNanos));
  }

  private boolean isAhead(int band, long cameNanos) {
    return !isEmpty() && (!overdue.isEmpty() || rank(eldest()) <= rank(cameNanos, band));
  }

  /**
   * Returns whether all here go after a waiter that stands elsewhere: it came before them, or it
   * would be its turn if it stood here.
   */
  boolean isAfter(Waiter waiter) {
    if (isEmpty()) {
      return true;
    }
    if (!overdue.isEmpty()) {
      return waiter.overdue && waiter.cameBefore(overdue.first().waiter);
    }
    Waiter eldest = eldest();
    int byRank = Long.compare(rank(eldest), rank(waiter));
    return byRank > 0
        || (byRank == 0 && eldest.sequence > waiter.sequence)
        || isTurnOf(waiter, eldest);
  }

  private boolean isTurnOf(Waiter waiter, Waiter eldest) {
    Map.Entry<Integer, Band> best = bands.firstEntry();
    return waiter.priority() == best.getKey()
        && eldest.priority() == best.getKey()
        && best.getValue()
            .isTurnOf(waiter, flow(best.getValue(), waiter.ask), overload.isStanding());
  }

  /** Returns what goes before an ask that comes now. */
  Ahead ahead(Ask ask, long nowNanos) {
    int own = ask.acquire().priority();
    long came = rank(Math.min(ask.placeNanos(), nowNanos), own);
    Ahead ahead = Ahead.NONE;
    for (Map.Entry<Integer, Band> entry : bands.entrySet()) {
      Band band = entry.getValue();
      if (entry.getKey() < own) {
        ahead = ahead.plus(band.all());
      } else if (entry.getKey() == own && came >= rank(nowNanos, own)) {
        ahead = ahead.plus(band.before(flow(band, ask), overload.isStanding()));
      } else {
        ahead = ahead.plus(agedBefore(band, came));
      }
    }
    return ahead;
  }

  /** Returns those of a band who count as having come before a time. */
  private Ahead agedBefore(Band band, long came) {
    Ahead ahead = Ahead.NONE;
    for (Place place : band.byArrival()) {
      if (rank(place.waiter) > came) {
        return ahead;
      }
      if (ahead.waiters() == MAX_AGED) {
        return band.all();
      }
      ahead = ahead.plus(new Ahead(1, place.permits));
    }
    return ahead;
  }

  /** Returns whether somebody here knows how long it will hold. */
  boolean anyExpectedHold() {
    return withExpectedHold > 0;
  }

  /** Returns at most so many of those behind the head, the first to come first. */
  List<Waiter> behindHead(int most) {
    Waiter head = head();
    List<Waiter> behind = new ArrayList<>();
    for (Band band : bands.values()) {
      for (Place place : band.byArrival()) {
        if (behind.size() == most) {
          return behind;
        }
        if (place.waiter != head) {
          behind.add(place.waiter);
        }
      }
    }
    return behind;
  }

  /**
   * Looks at how long the queue has stood, and returns those who are better shed.
   *
   * @param serviceNanos how long one place is usually held
   */
  List<Waiter> shed(long serviceNanos, long nowNanos) {
    if (rules().mode() != QueueMode.INTERACTIVE) {
      return List.of();
    }
    List<Waiter> shed = new ArrayList<>();
    long longest = 0;
    for (Band band : bands.values()) {
      for (Place place : band.byArrival()) {
        long waited = nowNanos - place.waiter.enteredNanos;
        if (!overload.sheds(waited)) {
          longest = Math.max(longest, waited);
          break;
        }
        shed.add(place.waiter);
      }
    }
    overload.observe(longest, serviceNanos, nowNanos);
    return shed;
  }

  /** Returns everybody in the order in which they go if nobody comes and each fits in its turn. */
  List<Waiter> inOrder() {
    List<Waiter> order = new ArrayList<>(size);
    overdue.forEach(place -> order.add(place.waiter));
    for (Place place : Lineup.of(bands.values(), this::rank, overload.isStanding())) {
      if (!place.waiter.overdue) {
        order.add(place.waiter);
      }
    }
    return order;
  }

  /** Returns everybody, band by band, in the order of arrival. */
  List<Waiter> all() {
    List<Waiter> all = new ArrayList<>(size);
    bands.values().forEach(band -> band.byArrival().forEach(place -> all.add(place.waiter)));
    return all;
  }

  @Override
  void ring(long nowNanos) {
    room.changed(this);
  }

  /** Returns the one who counts as having come first. */
  private Waiter eldest() {
    Waiter eldest = bands.firstEntry().getValue().oldest().waiter;
    if (bands.size() > 1) {
      for (Band band : bands.values()) {
        Waiter oldest = band.oldest().waiter;
        eldest = rank(oldest) < rank(eldest) ? oldest : eldest;
      }
    }
    return eldest;
  }

  private long rank(Waiter waiter) {
    return rank(waiter.sinceNanos, waiter.priority());
  }

  /** When one counts as having come. */
  private long rank(long sinceNanos, int band) {
    return sinceNanos + band * rules().agingNanos();
  }

  private Flow flow(Band band, Ask ask) {
    List<String> values = flow(ask.acquire(), ask.chargeOf(bucket));
    return band.flow(values, rules().fairness().weight(values));
  }

  private List<String> flow(Acquire acquire, Charge charge) {
    for (Demand demand : acquire.demands()) {
      if (demand.resource().equals(charge.resource())) {
        return rules().fairness().flow(acquire, demand);
      }
    }
    throw new IllegalStateException("no demand is for " + charge.resource());
  }

  private Band bandOf(Place place) {
    return Objects.requireNonNull(bands.get(place.waiter.priority()));
  }

  private QueueRules rules() {
    return bucket.limit().limit().queue();
  }

  private void count(Waiter waiter, int change) {
    size += change;
    withExpectedHold += waiter.ask.acquire().expectedHoldNanos() > 0 ? change : 0;
    bucket.limit().counters().waiting(change);
  }
}
