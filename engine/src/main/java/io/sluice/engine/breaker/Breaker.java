package io.sluice.engine.breaker;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker: closed, it lets work begin and watches how it ends; open, it lets nothing
 * begin; half-open, it lets a few probes begin and judges by them.
 *
 * <pre>
 *   CLOSED ──too many failed, too many were slow, too many failed in a row──▶ OPEN ◀──┐
 *     ▲                                                                        │      │ probes failed,
 *     │                                                         the time is over      │ were lost or
 *     │                                                                        ▼      │ said nothing
 *     └─────────────────────────── probes were well ─────────────────────── HALF_OPEN ┘
 * </pre>
 *
 * <p>What holds:
 *
 * <ul>
 *   <li>Half-open, no more than {@link BreakerRules#probes} are under way or have ended well, badly
 *       or unknown, however many ask in the moment it becomes so.
 *   <li>No probe can wedge it: a time to live after the first began they are judged, what has not
 *       ended being lost. Until one begins it waits, and the next that asks is one.
 *   <li>Work counts for the closed time in which it began, and a probe once for the half-open time
 *       in which it began; whatever ends later or twice changes nothing.
 *   <li>It is judged as soon as the probes that are missing could not change it; and by those that
 *       ended if few ask, so that a service that is asked seldom is not shut off for good.
 *   <li>When it changes depends on the rules and on what it is told, not on how often it is asked:
 *       what time causes happens at its own instant, however late anyone looks.
 * </ul>
 *
 * <p>States as in Nygard, <em>Release It!</em>, and resilience4j. <em>Our differences:</em> a
 * window of time; probes with a time to live; the time that it is open doubles each time that it
 * reopens, up to a bound, with up to a tenth of jitter upward but never beyond that bound; after a
 * window of being closed it is back at the first.
 *
 * <p>Time never falls; it may have any origin. Deterministic for the same calls and chance.
 * Constant time for each call. Not thread-safe.
 */
public final class Breaker {
  /** What {@link #tryStart} returns when nothing may begin. */
  public static final long REFUSED = -1;

  /** Highest number of a probe or a closed time. */
  static final long MAX_NUMBER = Long.MAX_VALUE >> 2;

  private static final long NEVER = Long.MAX_VALUE;

  private final OpenTime openTime;
  private BreakerRules rules;
  private EndedCalls window;
  private State state = State.CLOSED;
  private long sinceNanos;
  private long untilNanos = NEVER; // when time ends the state
  private long opened;
  private long period; // how often it closed again
  private long transitions;
  private long lastProbe;
  private int failedInARow;
  private double failureRatio;
  private double slowRatio;
  private @Nullable Cause lastCause;
  private @Nullable Probes probes; // of this half-open time; null until the first begins

  /** Creates a closed breaker. */
  public Breaker(BreakerRules rules, RandomGenerator random, long nowNanos) {
    this.rules = rules;
    this.openTime = new OpenTime(random);
    this.window = new EndedCalls(rules.windowNanos());
    this.sinceNanos = nowNanos;
  }

  /** Creates a breaker as it was saved, under rules that may be others. */
  public static Breaker restored(
      SavedBreaker saved, BreakerRules rules, RandomGenerator random, long nowNanos) {
    Breaker breaker = new Breaker(rules, random, nowNanos);
    breaker.restore(saved, nowNanos);
    return breaker;
  }

  /** Returns whether a ticket is of a probe. */
  public static boolean isProbe(long ticket) {
    return ticket > 0 && (ticket & 1) == 1;
  }

  /** Tells whether work may begin. Takes nothing. */
  public Permission peek(long nowNanos) {
    advance(nowNanos);
    return switch (state) {
      case CLOSED -> Permission.ADMITTED;
      case OPEN -> Permission.REFUSED;
      case HALF_OPEN -> hasPlace() ? Permission.PROBE : Permission.REFUSED;
    };
  }

  /**
   * Lets work begin. A probe takes a place.
   *
   * @return a ticket that comes back with the end of the work, once, through {@link #ended} or
   *     {@link #notStarted}: 0 or above, see {@link #isProbe}; or {@link #REFUSED}
   */
  public long tryStart(long nowNanos) {
    return switch (peek(nowNanos)) {
      case ADMITTED -> ordinaryTicket();
      case PROBE -> startProbe(nowNanos);
      case REFUSED -> REFUSED;
    };
  }

  /**
   * Counts work that ended.
   *
   * @param ticket what {@link #tryStart} returned for it
   * @param result what its end says
   * @param latencyNanos how long it took; -1 = not known, so that it was not slow
   * @param nowNanos when it ended
   */
  public void ended(long ticket, Result result, long latencyNanos, long nowNanos) {
    advance(nowNanos);
    boolean wasSlow = rules.slowPercent() > 0 && latencyNanos > rules.slowNanos();
    if (isProbe(ticket)) {
      probeEnded(ticket, result, wasSlow, nowNanos);
    } else if (state == State.CLOSED && ticket == ordinaryTicket()) {
      ordinaryEnded(result, wasSlow, nowNanos);
    }
  }

  /** Takes back work that did not begin after all. A probe gives its place back. */
  public void notStarted(long ticket, long nowNanos) {
    ended(ticket, Result.IGNORED, -1, nowNanos);
  }

  /** Makes the changes that time causes, each as of its own instant. */
  public void advance(long nowNanos) {
    if (nowNanos < untilNanos) {
      return;
    }
    if (state == State.HALF_OPEN && probes != null) {
      probes.loseRest();
      conclude(probes, probes.findingSoFar(rules), untilNanos);
    }
    if (state == State.OPEN && nowNanos >= untilNanos) {
      enter(State.HALF_OPEN, Cause.TIME, untilNanos, NEVER);
    }
  }

  /**
   * Returns when to call {@link #advance} next; {@link Long#MAX_VALUE} = only after other calls.
   */
  public long nextNanos() {
    return untilNanos;
  }

  /**
   * Returns when to come back if nothing may begin now: when probes may, or when those under way
   * are judged at the latest. If something may, it is now.
   */
  public long retryAtNanos(long nowNanos) {
    return peek(nowNanos) == Permission.REFUSED ? untilNanos : nowNanos;
  }

  /** Returns how often its state changed, for callers that tell others of it. */
  public long transitions() {
    return transitions;
  }

  /** Returns whether a new breaker in its place would be the same. */
  public boolean isAsNew(long nowNanos) {
    advance(nowNanos);
    window.advance(nowNanos);
    boolean closed = state == State.CLOSED && isForgiven(nowNanos);
    return closed && window.calls() == 0 && failedInARow == 0;
  }

  /**
   * Goes on under other rules. The state stays; a time that is open for longer than the new rules
   * allow is shortened; a window of another length begins empty.
   */
  public void rules(BreakerRules newRules, long nowNanos) {
    advance(nowNanos);
    BreakerRules before = rules;
    rules = newRules;
    if (newRules.windowNanos() != before.windowNanos()) {
      window = new EndedCalls(newRules.windowNanos());
    }
    if (state == State.OPEN) {
      untilNanos = Math.min(untilNanos, later(sinceNanos, newRules.maxOpenNanos()));
    } else if (state == State.HALF_OPEN && probes != null) {
      long begun = untilNanos - before.probeTtlNanos();
      untilNanos = later(begun, newRules.probeTtlNanos());
      judge(probes, nowNanos);
    }
    advance(nowNanos);
  }

  /** Takes a snapshot. */
  public BreakerSnapshot snapshot(long nowNanos) {
    long retryAtNanos = retryAtNanos(nowNanos);
    window.advance(nowNanos);
    int calls = window.calls();
    double failures = ratio(window.failed(), calls);
    double slowOnes = ratio(window.slow(), calls);
    if (state == State.OPEN) {
      failures = failureRatio;
      slowOnes = slowRatio;
    } else if (probes != null) {
      calls = probes.ended();
      failures = ratio(probes.failed(), calls);
      slowOnes = ratio(probes.slow(), calls);
    }
    return new BreakerSnapshot(
        state,
        sinceNanos,
        retryAtNanos,
        opened,
        calls,
        failures,
        slowOnes,
        probes == null ? 0 : probes.underWay(),
        lastCause);
  }

  /** Returns what is to be known of it after a restart. */
  public SavedBreaker save(long nowNanos) {
    advance(nowNanos);
    return new SavedBreaker(
        state,
        Math.max(0, nowNanos - sinceNanos),
        untilNanos == NEVER ? NEVER : untilNanos - nowNanos,
        openTime.lastNanos(),
        opened,
        period,
        lastProbe,
        lastCause,
        failureRatio,
        slowRatio,
        probes == null ? null : probes.save());
  }

  private void restore(SavedBreaker saved, long nowNanos) {
    state = saved.state();
    sinceNanos = nowNanos - saved.inStateNanos();
    openTime.restore(saved.openNanos());
    opened = saved.opened();
    period = saved.period();
    lastProbe = saved.lastProbe();
    lastCause = saved.lastCause();
    failureRatio = saved.failureRatio();
    slowRatio = saved.slowRatio();
    if (state == State.OPEN) {
      untilNanos = later(nowNanos, Math.min(saved.restNanos(), rules.maxOpenNanos()));
    } else if (state == State.HALF_OPEN && saved.probing() != null) {
      probes = new Probes(saved.probing());
      untilNanos = later(nowNanos, Math.min(saved.restNanos(), rules.probeTtlNanos()));
      judge(probes, nowNanos);
    }
  }

  /** Returns whether it has been closed for so long that earlier openings no longer matter. */
  private boolean isForgiven(long nowNanos) {
    return openTime.lastNanos() == 0 || nowNanos - sinceNanos >= rules.windowNanos();
  }

  private boolean hasPlace() {
    return probes == null || probes.hasPlace(rules);
  }

  private long ordinaryTicket() {
    return period * 2;
  }

  private long startProbe(long nowNanos) {
    if (probes == null) {
      probes = new Probes();
      untilNanos = later(nowNanos, rules.probeTtlNanos());
    }
    lastProbe++;
    long ticket = lastProbe * 2 + 1;
    probes.start(ticket);
    return ticket;
  }

  private void probeEnded(long ticket, Result result, boolean wasSlow, long nowNanos) {
    if (probes == null) {
      return;
    }
    switch (result) {
      case IGNORED -> probes.giveBack(ticket);
      case SUCCESS -> probes.end(ticket, false, wasSlow);
      case FAILURE, LOST -> probes.end(ticket, true, wasSlow);
    }
    judge(probes, nowNanos);
  }

  private void judge(Probes judged, long nowNanos) {
    Probes.Finding finding = judged.finding(rules);
    if (finding != Probes.Finding.UNDECIDED) {
      conclude(judged, finding, nowNanos);
    }
  }

  private void ordinaryEnded(Result result, boolean wasSlow, long nowNanos) {
    if (result == Result.IGNORED || result == Result.LOST) {
      return;
    }
    boolean hasFailed = result == Result.FAILURE;
    failedInARow = hasFailed ? failedInARow + 1 : 0;
    window.add(hasFailed, wasSlow, nowNanos);
    Cause cause = causeToOpen();
    if (cause != null) {
      failureRatio = ratio(window.failed(), window.calls());
      slowRatio = ratio(window.slow(), window.calls());
      open(cause, isForgiven(nowNanos) ? openTime.first(rules) : openTime.longer(rules), nowNanos);
    }
  }

  private @Nullable Cause causeToOpen() {
    if (rules.consecutiveFailures() > 0 && failedInARow >= rules.consecutiveFailures()) {
      return Cause.FAILURES_IN_A_ROW;
    }
    int calls = window.calls();
    if (calls < rules.minCalls()) {
      return null;
    }
    if (Probes.reaches(window.failed(), rules.failurePercent(), calls)) {
      return Cause.FAILURES;
    }
    return Probes.reaches(window.slow(), rules.slowPercent(), calls) ? Cause.SLOW_CALLS : null;
  }

  private void conclude(Probes judged, Probes.Finding finding, long atNanos) {
    failureRatio = ratio(judged.failed(), judged.ended());
    slowRatio = ratio(judged.slow(), judged.ended());
    switch (finding) {
      case WELL -> close(atNanos);
      case FAILING -> open(Cause.PROBES_FAILED, openTime.longer(rules), atNanos);
      case SLOW -> open(Cause.PROBES_SLOW, openTime.longer(rules), atNanos);
      case UNDECIDED -> open(Cause.PROBES_SAID_NOTHING, openTime.again(rules), atNanos);
    }
  }

  private void close(long atNanos) {
    period++;
    enter(State.CLOSED, Cause.PROBES_SUCCEEDED, atNanos, NEVER);
  }

  private void open(Cause cause, long forNanos, long atNanos) {
    opened++;
    enter(State.OPEN, cause, atNanos, later(atNanos, forNanos));
  }

  private void enter(State next, Cause cause, long atNanos, long nextUntilNanos) {
    state = next;
    lastCause = cause;
    sinceNanos = atNanos;
    untilNanos = nextUntilNanos;
    transitions++;
    probes = null;
    failedInARow = 0;
    window.clear();
  }

  private static double ratio(int part, int whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  /** Adds a time that is not negative; at most {@link #NEVER} less one, which is a time. */
  private static long later(long nanos, long byNanos) {
    long sum = nanos + byNanos;
    return sum < nanos ? NEVER - 1 : Math.min(sum, NEVER - 1);
  }

  /** What a breaker lets begin. */
  public enum State {
    /** Everything. */
    CLOSED,
    /** Nothing. */
    OPEN,
    /** Probes. */
    HALF_OPEN
  }
}
