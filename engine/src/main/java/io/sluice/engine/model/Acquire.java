package io.sluice.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An ask for one or more demands together, all or nothing.
 *
 * @param requestId makes the acquire idempotent per client; empty = not; at most 128 bytes
 * @param demands 1..16 demands; all of 0 permits (a peek) or none; at most one an estimate
 * @param maxWaitNanos how long to wait in the queue, 0..24 h; 0 = answer at once
 * @param ttlNanos how long a lease lives, 1 s..24 h; 0 = the default of the limits
 * @param priority the band in the queue, 0..9, lower first
 * @param clientId who asks; at most 128 bytes
 * @param labels shown with the lease; at most 16
 * @param wantLease asks for a lease even where only rates are charged
 * @param dedup what to do if the same work is asked for already; null = nothing
 * @param parent the live lease that this one rides on where both charge one bucket; null = none
 * @param workDeadlineNanos from now, by when the work has to have ended to be of use; 0 = it always
 *     is; at most 24 h
 * @param expectedHoldNanos how long the work will hold what it gets, as far as the caller knows; 0
 *     = not known; at most 24 h
 */
public record Acquire(
    String requestId,
    List<Demand> demands,
    long maxWaitNanos,
    long ttlNanos,
    int priority,
    String clientId,
    Map<String, String> labels,
    boolean wantLease,
    @Nullable Dedup dedup,
    @Nullable LeaseId parent,
    long workDeadlineNanos,
    long expectedHoldNanos) {
  /** The band of an acquire that names none. */
  public static final int DEFAULT_PRIORITY = 5;

  /** Checks the bounds. */
  public Acquire {
    Bounds.requireText("request_id", requestId, 0, Bounds.MAX_ID_BYTES);
    demands = List.copyOf(demands);
    if (demands.isEmpty() || demands.size() > Bounds.MAX_DEMANDS) {
      throw new InvalidArgumentException(
          "demands", "must have 1.." + Bounds.MAX_DEMANDS + " entries but had " + demands.size());
    }
    requireAllPeeksOrNone(demands);
    requireOneEstimate(demands);
    Bounds.requireRange("max_wait nanoseconds", maxWaitNanos, 0, Bounds.MAX_TTL_NANOS);
    if (ttlNanos != 0) {
      Bounds.requireRange("ttl nanoseconds", ttlNanos, Bounds.MIN_TTL_NANOS, Bounds.MAX_TTL_NANOS);
    }
    Bounds.requireRange("priority", priority, 0, Bounds.MAX_PRIORITY);
    Bounds.requireText("client_id", clientId, 0, Bounds.MAX_ID_BYTES);
    labels = Bounds.requireMap("labels", labels, Bounds.MAX_LABELS);
    Bounds.requireRange("work_deadline nanoseconds", workDeadlineNanos, 0, Bounds.MAX_TTL_NANOS);
    Bounds.requireRange("expected_hold nanoseconds", expectedHoldNanos, 0, Bounds.MAX_TTL_NANOS);
  }

  /** Starts an acquire of these demands with every default. */
  public static Builder builder(Demand... demands) {
    return new Builder(List.of(demands));
  }

  /** Starts an acquire of these demands with every default. */
  public static Builder builder(List<Demand> demands) {
    return new Builder(demands);
  }

  /** An acquire of these demands with every default. */
  public static Acquire of(Demand... demands) {
    return builder(demands).build();
  }

  /** Returns an acquire of its own that asks for the same, under another request id. */
  public Acquire again(String otherRequestId) {
    return again(otherRequestId, demands, maxWaitNanos);
  }

  /** The same for another number of permits in its first demand, and another longest wait. */
  public Acquire again(String otherRequestId, long permits, long otherMaxWaitNanos) {
    List<Demand> others = new ArrayList<>(demands);
    Demand first = demands.get(0);
    others.set(
        0,
        new Demand(
            first.resource(), first.attributes(), permits, first.estimate(), first.devices()));
    return again(otherRequestId, others, otherMaxWaitNanos);
  }

  private Acquire again(String otherRequestId, List<Demand> others, long otherMaxWaitNanos) {
    return new Acquire(
        otherRequestId,
        others,
        otherMaxWaitNanos,
        ttlNanos,
        priority,
        clientId,
        labels,
        wantLease,
        dedup,
        parent,
        workDeadlineNanos,
        expectedHoldNanos);
  }

  /** Returns whether this only asks what would be answered. */
  public boolean isPeek() {
    return demands.get(0).permits() == 0;
  }

  /** Returns whether a demand of it is an estimate. */
  public boolean hasEstimate() {
    for (int i = 0; i < demands.size(); i++) {
      if (demands.get(i).estimate()) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether another acquire asks for the same; times that count from now do not matter. */
  public boolean sameBody(Acquire other) {
    return demands.equals(other.demands)
        && ttlNanos == other.ttlNanos
        && priority == other.priority
        && wantLease == other.wantLease
        && Objects.equals(dedup, other.dedup)
        && Objects.equals(parent, other.parent)
        && labels.equals(other.labels);
  }

  private static void requireAllPeeksOrNone(List<Demand> demands) {
    boolean first = demands.get(0).permits() == 0;
    for (int i = 1; i < demands.size(); i++) {
      if ((demands.get(i).permits() == 0) != first) {
        throw new InvalidArgumentException(
            "demands[" + i + "].permits", "must be 0 in all demands or in none");
      }
    }
  }

  private static void requireOneEstimate(List<Demand> demands) {
    boolean estimated = false;
    for (int i = 0; i < demands.size(); i++) {
      if (demands.get(i).estimate() && estimated) {
        throw new InvalidArgumentException(
            "demands[" + i + "].estimate",
            "must be true in one demand at most, because a release tells one actual_permits");
      }
      estimated |= demands.get(i).estimate();
    }
  }

  /** Builds an {@link Acquire}; every setter has the default of the record's documentation. */
  public static final class Builder {
    private final List<Demand> demands;
    private String requestId = "";
    private long maxWaitNanos;
    private long ttlNanos;
    private int priority = DEFAULT_PRIORITY;
    private String clientId = "";
    private Map<String, String> labels = Map.of();
    private boolean wantLease;
    private @Nullable Dedup dedup;
    private @Nullable LeaseId parent;
    private long workDeadlineNanos;
    private long expectedHoldNanos;

    private Builder(List<Demand> demands) {
      this.demands = demands;
    }

    /** Sets the request id. */
    public Builder requestId(String value) {
      requestId = value;
      return this;
    }

    /** Sets the longest wait. */
    public Builder maxWaitNanos(long value) {
      maxWaitNanos = value;
      return this;
    }

    /** Sets the time to live. */
    public Builder ttlNanos(long value) {
      ttlNanos = value;
      return this;
    }

    /** Sets the band. */
    public Builder priority(int value) {
      priority = value;
      return this;
    }

    /** Sets who asks. */
    public Builder clientId(String value) {
      clientId = value;
      return this;
    }

    /** Sets the labels. */
    public Builder labels(Map<String, String> value) {
      labels = value;
      return this;
    }

    /** Asks for a lease in any case. */
    public Builder wantLease(boolean value) {
      wantLease = value;
      return this;
    }

    /** Sets what to do if the same work is asked for already. */
    public Builder dedup(@Nullable Dedup value) {
      dedup = value;
      return this;
    }

    /** Sets the lease to ride on. */
    public Builder parent(@Nullable LeaseId value) {
      parent = value;
      return this;
    }

    /** Sets by when the work has to have ended. */
    public Builder workDeadlineNanos(long value) {
      workDeadlineNanos = value;
      return this;
    }

    /** Sets how long the work will hold what it gets. */
    public Builder expectedHoldNanos(long value) {
      expectedHoldNanos = value;
      return this;
    }

    /**
     * Builds the acquire.
     *
     * @throws InvalidArgumentException if a value is out of its bounds
     */
    public Acquire build() {
      return new Acquire(
          requestId,
          demands,
          maxWaitNanos,
          ttlNanos,
          priority,
          clientId,
          labels,
          wantLease,
          dedup,
          parent,
          workDeadlineNanos,
          expectedHoldNanos);
    }
  }
}
