package io.sluice.engine.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to an acquire. */
public sealed interface Decision {
  /**
   * Go.
   *
   * @param leaseId what to renew and release; null = nothing is owed
   * @param fencingToken rises with every lease; 0 without one
   * @param ttlNanos how long the lease still lives; 0 without one
   * @param waitedNanos time in the queue
   * @param replayed this grant was given before, for the same request id
   * @param limited at least one limit was charged
   * @param allotments the devices, in the order of the demands
   * @param states what each limit that was charged has left
   */
  record Granted(
      @Nullable LeaseId leaseId,
      long fencingToken,
      long ttlNanos,
      long waitedNanos,
      boolean replayed,
      boolean limited,
      List<Allotment> allotments,
      List<LimitState> states)
      implements Decision {}

  /**
   * Do not go.
   *
   * @param reason the first reason
   * @param limit the limit that refused; empty if no single limit did
   * @param resource the resource that it refused
   * @param waitNanos the exact or best known time until asking again may succeed; {@link
   *     Blocker#NEVER} = asking again does not help
   * @param blockers every limit that stands in the way
   * @param position the place it would have had in the queue, from 1; 0 where none was looked for
   * @param existing with {@link DenialReason#DUPLICATE}, what the request id or the name of the
   *     work led to before
   */
  record Denied(
      DenialReason reason,
      String limit,
      String resource,
      long waitNanos,
      List<Blocker> blockers,
      int position,
      @Nullable Existing existing)
      implements Decision {
    /** A denial for which no limit is to blame. */
    public static Denied of(DenialReason reason, String resource, long waitNanos) {
      return new Denied(reason, "", resource, waitNanos, List.of(), 0, null);
    }

    /** The same denial for another reason. */
    public Denied because(DenialReason newReason) {
      return new Denied(newReason, limit, resource, waitNanos, blockers, position, existing);
    }

    /** The same denial with a place in the queue. */
    public Denied at(int newPosition) {
      return new Denied(reason, limit, resource, waitNanos, blockers, newPosition, existing);
    }

    /** Says it in a sentence. */
    public String message() {
      String sentence =
          switch (reason) {
            case WAIT_TIMEOUT -> "the longest wait passed";
            case DUPLICATE ->
                existing != null && existing.state() == LeaseState.QUEUED
                    ? "the same work waits already"
                    : existing != null && existing.state() == LeaseState.GRANTED
                        ? "the same work runs already"
                        : "this was granted before and has ended";
            case DRAINING -> "the server is shutting down";
            case SHED ->
                blockers.isEmpty()
                    ? "the server holds as many leases as it may"
                    : blockers.get(0).reason() == DenialReason.SHED
                        ? ""
                        : "the queue does not empty and this acquire has waited too long";
            case DEADLINE_TOO_SHORT -> "it would not come to its turn in time for its deadline";
            case UNMATCHED ->
                "no limit matches " + resource + " and unmatched resources are denied";
            case RATE,
                CONCURRENCY,
                DEVICES,
                QUOTA,
                EXCEEDS_LIMIT,
                PAUSED,
                QUEUE_FULL,
                RECOVERING,
                BREAKER_OPEN,
                HOLD ->
                "";
            case STORE_UNAVAILABLE ->
                blockers.isEmpty() ? "what is granted cannot be written down" : "";
          };
      if (blockers.isEmpty()) {
        return sentence;
      }
      String first = blockers.get(0).message();
      if (reason == DenialReason.QUEUE_FULL && blockers.size() > 1) {
        first += "; " + blockers.get(1).message(); // what it would have waited for
      }
      return sentence.isEmpty() ? first : sentence + "; " + first;
    }
  }

  /**
   * The request id, or the name of the work, was used before for something else.
   *
   * @param requestId the request id, or that of the first acquire of the work
   * @param existing what the name of the work stands for; null if it is the request id
   */
  record Conflict(String requestId, @Nullable Existing existing) implements Decision {}

  /**
   * The lease to resume is not there any more.
   *
   * @param state where it stands; null = it is not known
   */
  record Lost(@Nullable LeaseState state) implements Decision {}

  /**
   * The acquire is wrong in a way that only what is held now could tell.
   *
   * @param error names the field, the value and the bound
   */
  record Invalid(InvalidArgumentException error) implements Decision {}

  /**
   * What a request id led to before.
   *
   * @param requestId the request id
   * @param leaseId the lease it was granted, or null
   * @param state where that lease stands
   * @param differences in what it asked for something else
   */
  record Existing(
      String requestId,
      @Nullable LeaseId leaseId,
      LeaseState state,
      List<Difference> differences) {}
}
