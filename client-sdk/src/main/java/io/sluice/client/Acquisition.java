package io.sluice.client;

import io.sluice.proto.v1.AcquireRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ask for one or more demands together, all or nothing, and how to ask. Immutable.
 *
 * <pre>{@code
 * Acquisition.of(Demand.of("gpu"), Demand.of("db/orders")).maxWait(Duration.ofSeconds(30))
 * }</pre>
 *
 * <p>It may be used any number of times; each use is an acquire of its own, unless {@link
 * #requestId} fixes what makes it the same one.
 */
public final class Acquisition {
  private static final int MAX_LABELS = 16;

  /** What will be sent, but for the client id, and the request id where none is fixed. */
  private final AcquireRequest request;

  private volatile Shapes.@Nullable Shape shape;

  private Acquisition(AcquireRequest.Builder request) {
    this.request = request.build();
  }

  /**
   * Asks for the demands, answered at once.
   *
   * @param demands 1..16
   * @return the acquisition
   * @throws IllegalArgumentException if there are too few or too many
   */
  public static Acquisition of(Demand... demands) {
    return of(List.of(demands));
  }

  /**
   * Asks for the demands, answered at once.
   *
   * @param demands 1..16
   * @return the acquisition
   * @throws IllegalArgumentException if there are too few or too many
   */
  public static Acquisition of(List<Demand> demands) {
    Bounds.inRange("demands", demands.size(), 1, Bounds.MAX_DEMANDS);
    AcquireRequest.Builder request = AcquireRequest.newBuilder();
    demands.forEach(demand -> request.addDemands(Messages.demand(demand)));
    return new Acquisition(request);
  }

  /**
   * The same, waiting in the server's queue while what is asked for is taken.
   *
   * @param maxWait the longest wait, 0..24 h; zero = answered at once
   * @return a new acquisition
   * @throws IllegalArgumentException if the wait is outside its bounds
   */
  public Acquisition maxWait(Duration maxWait) {
    Bounds.inRange("maxWait", maxWait, Duration.ZERO, Bounds.MAX_WAIT);
    return new Acquisition(request.toBuilder().setMaxWait(Messages.duration(maxWait)));
  }

  /**
   * The same with a time to live of the lease. Without it the server's default holds; a limit's
   * ceiling may cut it.
   *
   * @param ttl how long the lease lives unless renewed, 1 s..24 h
   * @return a new acquisition
   * @throws IllegalArgumentException if the time is outside its bounds
   */
  public Acquisition ttl(Duration ttl) {
    Bounds.inRange("ttl", ttl, Bounds.MIN_TTL, Bounds.MAX_TTL);
    return new Acquisition(request.toBuilder().setTtl(Messages.duration(ttl)));
  }

  /**
   * The same in another band of the queue.
   *
   * @param priority 0..9, the lower is served first; 5 unless told
   * @return a new acquisition
   * @throws IllegalArgumentException if the band is outside its bounds
   */
  public Acquisition priority(int priority) {
    Bounds.inRange("priority", priority, 0, 9);
    return new Acquisition(request.toBuilder().setPriority(priority));
  }

  /**
   * The same with free text for lists, shown with the lease.
   *
   * @param key 1..64 bytes
   * @param value 0..256 bytes
   * @return a new acquisition
   * @throws IllegalArgumentException if a text is outside its bounds, or there are more than 16
   */
  public Acquisition label(String key, String value) {
    AcquireRequest.Builder changed = request.toBuilder().putLabels(key, value);
    Bounds.texts("labels", changed.getLabelsMap(), MAX_LABELS);
    return new Acquisition(changed);
  }

  /**
   * The same with a lease even where only rates are charged, so that unused tokens can be given
   * back with {@link Outcome#UNUSED}.
   *
   * @return a new acquisition
   */
  public Acquisition wantLease() {
    return new Acquisition(request.toBuilder().setWantLease(true));
  }

  /**
   * The same with a fixed identity: every use of it is a retry of the first and gets the same
   * grant. Without it, each use has a random identity of 128 bits.
   *
   * @param requestId 1..128 bytes
   * @return a new acquisition
   * @throws IllegalArgumentException if the text is outside its bounds
   */
  public Acquisition requestId(String requestId) {
    Bounds.text("requestId", requestId, 1, 128);
    return new Acquisition(request.toBuilder().setRequestId(requestId));
  }

  /**
   * The same as work that has a name: see {@link Dedup}.
   *
   * @param dedup what makes it the same work as another acquire
   * @return a new acquisition
   */
  public Acquisition dedup(Dedup dedup) {
    return new Acquisition(request.toBuilder().setDedup(Messages.dedup(dedup)));
  }

  /**
   * The same as part of a lease of the same client: where both charge one bucket of a limit on
   * concurrency or devices, this one rides on what the parent holds and takes nothing more, so that
   * work cannot wait for itself. The nested lease ends with its parent.
   *
   * @param parent a lease that is held; at most 8 deep, and 1000 nested on one
   * @return a new acquisition
   * @throws IllegalArgumentException if nothing is owed for the parent, so that it has no id
   */
  public Acquisition parent(Lease parent) {
    Bounds.text("id of parent", parent.id(), 1, 64);
    return new Acquisition(request.toBuilder().setParentLeaseId(parent.id()));
  }

  /**
   * The same with the time by when the work has to have ended to be of use. Less what the work
   * usually takes, it bounds the wait: {@link DenialReason#DEADLINE_TOO_SHORT}.
   *
   * @param workDeadline from each use on, 0..24 h; zero = it always is of use
   * @return a new acquisition
   * @throws IllegalArgumentException if the time is outside its bounds
   */
  public Acquisition workDeadline(Duration workDeadline) {
    Bounds.inRange("workDeadline", workDeadline, Duration.ZERO, Bounds.MAX_WAIT);
    return new Acquisition(request.toBuilder().setWorkDeadline(Messages.duration(workDeadline)));
  }

  /**
   * The same with how long the work will hold what it gets. Short work then may go before a larger
   * acquire that does not fit yet, if it ends before that one could begin.
   *
   * @param expectedHold 0..24 h; zero = not known
   * @return a new acquisition
   * @throws IllegalArgumentException if the time is outside its bounds
   */
  public Acquisition expectedHold(Duration expectedHold) {
    Bounds.inRange("expectedHold", expectedHold, Duration.ZERO, Bounds.MAX_WAIT);
    return new Acquisition(request.toBuilder().setExpectedHold(Messages.duration(expectedHold)));
  }

  /**
   * What of it is the same in most uses: all but its identity, and how much the first demand is.
   */
  Shapes.Shape shape(Shapes shapes) {
    Shapes.Shape known = shape;
    if (known == null || !known.isOf(shapes)) {
      AcquireRequest.Builder same = request.toBuilder().clearRequestId();
      same.setDemands(0, same.getDemands(0).toBuilder().clearPermits());
      known = shapes.of(same.build());
      shape = known;
    }
    return known;
  }

  /** Returns whether it says nothing beyond its shape. */
  boolean isPlain() {
    return permits() == 1 && requestId().isEmpty();
  }

  long permits() {
    return request.getDemands(0).getPermits();
  }

  String requestId() {
    return request.getRequestId();
  }

  String resource() {
    return request.getDemands(0).getResource();
  }

  /** The same, answered at once whatever the wait was. */
  Acquisition withoutWait() {
    return new Acquisition(request.toBuilder().clearMaxWait());
  }

  Duration maxWait() {
    return Messages.duration(request.getMaxWait());
  }

  @Override
  public String toString() {
    return "Acquisition" + request.getDemandsList().stream().map(d -> d.getResource()).toList();
  }
}
