package io.sluice.engine.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.Outcome;
import io.sluice.engine.store.Claim;
import io.sluice.engine.store.Lease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LeaseHistoryTest {
  private static final LeaseState[] ENDS = {
    LeaseState.RELEASED, LeaseState.EXPIRED, LeaseState.REVOKED
  };

  private static final int[] PACES = {60, 2, 9};

  private final List<Claim> forgotten = new ArrayList<>();

  @Test
  void keepsAllThatIsReadableOfLease() {
    LeaseHistory history = new LeaseHistory(100, 10, forgotten::add);
    Lease lease = new Lease(new LeaseId(1, 2), 77, claim(3), List.of(allotment(4)), 10);
    lease.end(LeaseState.REVOKED, "needed elsewhere", 30);
    history.add(lease);
    Lease copy = history.find(new LeaseId(1, 2));
    assertSame(copy, lease);
    assertThat(copy.message()).isEqualTo("needed elsewhere");
    assertThat(copy.isLive()).isFalse();
    assertThat(copy.remainingNanos(0)).isZero();
    assertThat(copy.outcome()).isNull();
    history.tellOutcome(new LeaseId(1, 2), Outcome.TIMEOUT);
    history.tellOutcome(new LeaseId(2, 1), Outcome.ERROR);
    assertThat(history.find(new LeaseId(1, 2)).outcome()).isEqualTo(Outcome.TIMEOUT);
    assertThat(history.find(new LeaseId(2, 2))).isNull();
  }

  @Test
  void ofNoneForgetsAtOnce() {
    LeaseHistory history = new LeaseHistory(100, 0, forgotten::add);
    Lease lease = ended(new LeaseId(1, 2), 1, new SplittableRandom(1), 5);
    history.add(lease);
    assertThat(history.find(lease.id())).isNull();
    assertThat(forgotten).containsExactly(lease.claim());
  }

  @Test
  void doesWhatMapAndQueueDo() {
    compare(1_000_000, new SplittableRandom(1), 1_000, Integer.MAX_VALUE);
  }

  @Test
  void doesWhatMapAndQueueDoWhenIdsArePoor() {
    compare(1_000_000, new SplittableRandom(2), 90, 5);
  }

  @Test
  void doesWhatMapAndQueueDoWhenOneIsKept() {
    compare(100_000, new SplittableRandom(3), 1, 3);
  }

  /** Random ends, questions and trimming, with so many leases kept and ids of so many hashes. */
  private void compare(int steps, SplittableRandom random, int maxSize, int hashes) {
    long keep = 3L * maxSize;
    LeaseHistory history = new LeaseHistory(keep, maxSize, forgotten::add);
    Map<LeaseId, Lease> known = new HashMap<>();
    Deque<Lease> inOrder = new ArrayDeque<>();
    List<Claim> dropped = new ArrayList<>();
    long now = -1_000;
    for (int step = 0; step < steps; step++) {
      // Bounded by time in the first phase, so that the ring grows while it is not at its start;
      // by number and by time in turns later, and once in a while emptied by a long silence.
      int slow = PACES[step / (4 * maxSize) % PACES.length];
      now += random.nextInt(slow) + (random.nextInt(20 * maxSize) == 0 ? 2 * keep : 0);
      LeaseId id = new LeaseId(step, random.nextInt(hashes));
      Lease lease = ended(id, step, random, now);
      history.add(lease);
      known.put(id, lease);
      inOrder.add(lease);
      if (inOrder.size() > maxSize) {
        drop(inOrder, known, dropped);
      }
      history.trim(now);
      while (!inOrder.isEmpty() && now - inOrder.element().endedAtNanos() > keep) {
        drop(inOrder, known, dropped);
      }
      LeaseId asked =
          random.nextInt(10) == 0
              ? new LeaseId(-1, random.nextInt(hashes))
              : inOrder.isEmpty() || random.nextBoolean() ? id : inOrder.element().id();
      assertSame(history.find(asked), known.get(asked));
      tell(history, known.get(asked), random);
      assertThat(history.size() == inOrder.size()).isTrue();
      assertThat(forgotten.equals(dropped)).isTrue();
      forgotten.clear();
      dropped.clear();
    }
    inOrder.forEach(lease -> assertSame(history.find(lease.id()), lease));
  }

  private static void drop(Deque<Lease> inOrder, Map<LeaseId, Lease> known, List<Claim> dropped) {
    Lease oldest = inOrder.remove();
    known.remove(oldest.id());
    dropped.add(oldest.claim());
  }

  private static void tell(LeaseHistory history, Lease model, SplittableRandom random) {
    if (model != null && random.nextInt(3) == 0 && model.tellOutcome(Outcome.THROTTLED)) {
      history.tellOutcome(model.id(), Outcome.THROTTLED);
    }
  }

  private static Lease ended(LeaseId id, int number, SplittableRandom random, long now) {
    List<Allotment> allotments = number % 5 == 0 ? List.of(allotment(number)) : List.of();
    Lease lease = new Lease(id, number, claim(number), allotments, now - random.nextInt(100));
    lease.end(ENDS[random.nextInt(3)], number % 3 == 0 ? "m" + number : "", now);
    if (random.nextBoolean()) {
      lease.tellOutcome(Outcome.SUCCESS);
    }
    return lease;
  }

  private static Claim claim(int number) {
    return new Claim(Acquire.of(Demand.of("r", 1 + number)), List.of(), null);
  }

  private static Allotment allotment(int number) {
    return new Allotment("gpu", "GPU-" + number, number, 1, 0);
  }

  /** Cheap where all is well: it runs a million times. */
  private static void assertSame(Lease copy, Lease lease) {
    if (copy == null || lease == null) {
      assertThat(copy == null && lease == null).isTrue();
      return;
    }
    boolean same =
        copy.id().equals(lease.id())
            && copy.fencingToken() == lease.fencingToken()
            && copy.claim() == lease.claim()
            && copy.allotments().equals(lease.allotments())
            && copy.grantedAtNanos() == lease.grantedAtNanos()
            && copy.endedAtNanos() == lease.endedAtNanos()
            && copy.state() == lease.state()
            && Objects.equals(copy.outcome(), lease.outcome())
            && copy.message().equals(lease.message());
    assertThat(same).as("%s and %s", copy.id(), lease.id()).isTrue();
  }
}
