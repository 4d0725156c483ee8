package io.sluice.client;

import io.sluice.client.Hold.State;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Release;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Permission to go, until it is closed or lost. Renewed behind the scenes while the client lives.
 *
 * <pre>{@code
 * try (Lease lease = client.acquire(Demand.of("db/orders"))) {
 *   work();
 * }
 * }</pre>
 *
 * <p>Where only rates were charged, and no lease was asked for, {@link #id()} is empty: nothing is
 * owed, it cannot be lost, and giving it back sends nothing.
 *
 * <p>Thread-safe. The first of {@link #release}, {@link #releaseAsync} and {@link #close} gives the
 * lease back; every later one does nothing and returns what the first did.
 */
public final class Lease implements AutoCloseable {
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofDays(366);
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

  private final LeaseDesk desk;
  private final Grant grant;
  private final String resource;
  private final long grantedNanos;
  private final CompletableFuture<Void> released = new CompletableFuture<>();

  private final @Nullable Remaining remaining;
  private final long confirmUntilNanos;
  private final Hold hold = new Hold();
  private volatile boolean confirmed;
  private volatile long validUntilNanos;
  private volatile Outcome outcome = Outcome.SUCCESS;
  private volatile String note = "";
  private volatile @Nullable Duration retryAfter;
  private volatile @Nullable Long actualPermits;
  private volatile Map<String, String> providerHeaders = Map.of();

  /**
   * Creates a lease that is held.
   *
   * @param remaining what its limits have left, where the grant does not say it
   * @param grantedNanos a moment that is surely not after the grant
   * @param confirmWithin how long it is surely held until the server knows that it is known
   */
  Lease(
      LeaseDesk desk,
      Grant grant,
      @Nullable Remaining remaining,
      String resource,
      long grantedNanos,
      Duration confirmWithin) {
    this.desk = desk;
    this.grant = grant;
    this.remaining = remaining;
    this.resource = resource;
    this.grantedNanos = grantedNanos;
    Duration ttl = Messages.duration(grant.getTtl());
    this.validUntilNanos = LeaseClock.validUntilNanos(grantedNanos, ttl);
    this.confirmUntilNanos =
        LeaseClock.earlier(
            validUntilNanos, LeaseClock.validUntilNanos(grantedNanos, confirmWithin));
  }

  /**
   * What the server knows it by.
   *
   * @return 32 hexadecimal digits, never changed; empty = nothing is owed
   */
  public String id() {
    return grant.getLeaseId();
  }

  /**
   * A number that rises with every lease of a resource, across restarts too: let what is written
   * carry it, and refuse writes with a smaller one.
   *
   * @return unsigned; 0 without a lease
   */
  public long fencingToken() {
    return grant.getFencingToken();
  }

  /**
   * The devices, in the order of the demands.
   *
   * @return empty where no devices were asked for
   */
  public List<Allotment> allotments() {
    return grant.getAllotmentsList().stream().map(Messages::allotment).toList();
  }

  /**
   * The environment to set for a process that uses the devices.
   *
   * @return names and values, such as {@code CUDA_VISIBLE_DEVICES}
   */
  public Map<String, String> environment() {
    return grant.getEnvironmentMap();
  }

  /**
   * What each limit that was charged had left.
   *
   * @return at the moment of the grant
   */
  public List<LimitState> states() {
    return remaining == null
        ? grant.getStatesList().stream().map(Messages::state).toList()
        : remaining.states();
  }

  /**
   * How long the acquire waited in the queue.
   *
   * @return zero if it did not
   */
  public Duration waited() {
    return Messages.duration(grant.getWaited());
  }

  /**
   * Whether any limit matches what was asked for.
   *
   * @return false = it is not limited by anything
   */
  public boolean isLimited() {
    return grant.getLimited();
  }

  /**
   * Whether the lease is surely held now, by the client's own clock: the time to live counts from
   * when the acquire or the last renewal was sent (a wait in the queue added), less a margin of
   * {@code max(50 ms, 2 %)}.
   *
   * @return false once it is lost or given back, or its renewal is overdue
   */
  public boolean isValid() {
    return hold.state() == State.HELD && (id().isEmpty() || validNanos(desk.nanoTime()) > 0);
  }

  /**
   * Says the same by exception, for the steps of a long work.
   *
   * @throws LeaseLostException if {@link #isValid()} is false
   */
  public void requireValid() {
    if (!isValid()) {
      throw new LeaseLostException(resource, id());
    }
  }

  /**
   * How long the lease is surely held if no renewal succeeds any more.
   *
   * @return zero if it is not valid; {@code Long.MAX_VALUE} seconds where nothing is owed
   */
  public Duration remaining() {
    if (!isValid()) {
      return Duration.ZERO;
    }
    return id().isEmpty() ? FOR_EVER : Duration.ofNanos(Math.max(0, validNanos(desk.nanoTime())));
  }

  /**
   * Runs a listener once if the lease is lost: the server says so, or the client's own deadline
   * passes without a renewal. At once if it is lost already; never once it was given back.
   * Listeners run one after the other on a thread of the client; what they throw is logged and
   * counted.
   *
   * @param listener best quick: it delays the listeners after it, but no renewal
   * @throws IllegalStateException if the lease has sixteen listeners already
   */
  public void onLost(Runnable listener) {
    if (hold.listen(listener) == State.LOST) {
      desk.notify(listener);
    }
  }

  /**
   * Tells how the work ended, for {@link #close()} to report; {@link Outcome#SUCCESS} unless told.
   *
   * @param outcome the last one told counts
   */
  public void outcome(Outcome outcome) {
    this.outcome = outcome;
  }

  /**
   * Tells that the work failed, for {@link #close()} to report as {@link SluiceClient#execute}
   * does: its {@link Outcome#of outcome}, a note of it, and how long the provider asked to stay
   * away.
   *
   * @param failure what the work threw
   */
  public void failed(Throwable failure) {
    outcome(Outcome.of(failure));
    note(Outcomes.note(failure));
    Outcomes.retryAfter(failure).ifPresent(this::retryAfter);
  }

  /**
   * Tells how long the provider of the work asked to stay away, for the release to report. An
   * adaptive limit then lets nobody start for so long, whoever asks.
   *
   * @param time at least 0, of which 10 min count; the last one told counts
   * @throws IllegalArgumentException if it is negative
   */
  public void retryAfter(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("time must not be negative but was " + time);
    }
    retryAfter = time.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : time;
  }

  /**
   * Tells the headers of the provider's answer, for the release to report: the server reads {@code
   * Retry-After} and what is left of a rate from those that it knows. Others may be among them; the
   * first 32 whose name and value have at most 1024 bytes are sent.
   *
   * @param headers by name, whose case does not matter; the last ones told count
   */
  public void providerHeaders(Map<String, String> headers) {
    providerHeaders = Messages.headers(headers);
  }

  /**
   * Tells what the demand that was an {@linkplain Demand#estimate estimate} took in truth, for the
   * release to report: less gives the difference back, more is debited, down to as much debt as the
   * burst. Not sent with {@link Outcome#UNUSED}, which gives all of it back.
   *
   * @param permits 0..2^40; the last ones told count. Without an estimate among the demands, the
   *     release fails with {@link IllegalArgumentException}
   * @throws IllegalArgumentException if the number is outside its bounds
   */
  public void actualPermits(long permits) {
    actualPermits = Bounds.inRange("actualPermits", permits, 0, Bounds.MAX_PERMITS);
  }

  /**
   * Gives the lease back and waits for the answer, at most the client's timeout. If the thread is
   * interrupted the release goes on without it, and the flag stays set.
   *
   * @param outcome how the work ended
   * @throws SluiceUnavailableException if no attempt was answered; the lease then ends with its
   *     time to live
   */
  public void release(Outcome outcome) {
    LeaseDesk.awaitRelease(giveBack(outcome));
  }

  /**
   * Gives the lease back without waiting.
   *
   * @param outcome how the work ended
   * @return completes when it is answered, on a thread of the client, or exceptionally as {@link
   *     #release} throws. Cancelling it changes nothing
   */
  public CompletableFuture<Void> releaseAsync(Outcome outcome) {
    return desk.delivered(giveBack(outcome));
  }

  /**
   * Gives the lease back with the {@link #outcome} told. Waits as {@link #release} does, but never
   * throws: a release that fails is logged and counted, and the lease ends with its time to live.
   */
  @Override
  public void close() {
    try {
      release(outcome);
    } catch (RuntimeException logged) {
      // Counted and logged where it was given up.
    }
  }

  @Override
  public String toString() {
    return "Lease["
        + (id().isEmpty() ? "none" : id())
        + " on "
        + resource
        + ", "
        + hold.state()
        + "]";
  }

  /** Keeps a text with the ended lease. */
  void note(String text) {
    note = text;
  }

  Outcome outcome() {
    return outcome;
  }

  Duration renewAfter() {
    return grant.hasRenewAfter()
        ? Messages.duration(grant.getRenewAfter())
        : Duration.ofNanos(LeaseClock.renewAfterNanos(Messages.duration(grant.getTtl())));
  }

  long grantedNanos() {
    return grantedNanos;
  }

  /** The client's own deadline. */
  long validUntilNanos() {
    return validUntilNanos;
  }

  void renewed(long validUntilNanos) {
    this.validUntilNanos = validUntilNanos;
    confirmed = true;
  }

  /** Notes that the server knows that the grant has come. */
  void confirm() {
    confirmed = true;
  }

  /**
   * Returns whether the server may have taken the grant back because nobody seemed to have got it.
   */
  boolean isDoubtful(long nowNanos) {
    return !confirmed && confirmUntilNanos - nowNanos <= 0;
  }

  /** Marks it lost; false if it was lost or given back before. */
  boolean lose() {
    return hold.end(State.LOST) == State.HELD;
  }

  /** Tells those who want to know that it is lost. */
  void tellLost() {
    hold.takeListeners().forEach(desk::notify);
  }

  /** Gives it back, once; the future is the same for every caller and must not be handed out. */
  CompletableFuture<Void> giveBack(Outcome how) {
    State before = hold.end(State.RELEASED);
    if (before != State.RELEASED) {
      Completion.of(
          desk.release(this, release(how, desk.nanoTime()), before == State.HELD),
          (done, failure) -> {
            if (failure == null) {
              released.complete(null);
            } else {
              released.completeExceptionally(failure);
            }
          });
    }
    return released;
  }

  /** Marks it given back as abandoned; the message to send, or null if it was not held. */
  @Nullable Release abandon() {
    if (hold.end(State.RELEASED) != State.HELD) {
      return null;
    }
    released.complete(null);
    return release(Outcome.ABANDONED, desk.nanoTime());
  }

  /** The message that gives it back. */
  private Release release(Outcome how, long nowNanos) {
    Duration after = retryAfter;
    Release.Builder release =
        after == null
            ? Release.newBuilder()
            : Release.newBuilder().setRetryAfter(Messages.duration(after));
    Long actual = actualPermits;
    if (actual != null && how != Outcome.UNUSED) {
      release.setActualPermits(actual);
    }
    return release
        .putAllProviderHeaders(providerHeaders)
        .setLeaseId(id())
        .setOutcome(Messages.outcome(how))
        .setLatency(Messages.duration(Duration.ofNanos(Math.max(0, nowNanos - grantedNanos))))
        .setMessage(note)
        .build();
  }

  private long validNanos(long nowNanos) {
    return (confirmed ? validUntilNanos : confirmUntilNanos) - nowNanos;
  }
}
