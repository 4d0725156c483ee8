package io.sluice.server.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.engine.limit.LeaseTerms;
import io.sluice.engine.model.Acquire;
import io.sluice.engine.model.Allotment;
import io.sluice.engine.model.Dedup;
import io.sluice.engine.model.Demand;
import io.sluice.engine.model.LeaseId;
import io.sluice.engine.model.LeaseState;
import io.sluice.engine.model.LimitKind;
import io.sluice.engine.store.BucketName;
import io.sluice.engine.store.Charge;
import io.sluice.engine.store.DormantLease;
import io.sluice.engine.store.SavedCharge;
import io.sluice.engine.store.SavedLease;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What need not be read at a restart is as it was when it is read. */
class LeaseSkimTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final PackedLeases packed = new PackedLeases();
  private final LeaseSkim skim = new LeaseSkim(packed);

  @Test
  void whatIsSkimmedIsWhatIsReadLater() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<SavedLease> leases = new ArrayList<>();
    List<DormantLease> dormant = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      SavedLease lease = usual(random);
      DormantLease skimmed = skim(lease);
      assertThat(skimmed).as("%s", lease).isNotNull();
      assertThat(skimmed.id()).isEqualTo(lease.id());
      assertThat(skimmed.fencingToken()).isEqualTo(lease.fencingToken());
      assertThat(skimmed.ttlNanos()).isEqualTo(lease.ttlNanos());
      assertThat(skimmed.requestHash())
          .isEqualTo(
              DormantLease.requestHash(lease.acquire().clientId(), lease.acquire().requestId()));
      assertThat(skimmed.kind().demands()).isEqualTo(lease.acquire().demands());
      assertThat(skimmed.kind().charges()).isEqualTo(lease.charges());
      assertThat(skimmed.kind().terms()).isEqualTo(lease.terms());
      leases.add(lease);
      dormant.add(skimmed);
    }
    for (int i = 0; i < leases.size(); i++) {
      assertThat(packed.read(dormant.get(i).position())).isEqualTo(leases.get(i));
    }
    assertThat(dormant.stream().map(DormantLease::kind).map(System::identityHashCode).distinct())
        .as("the same object where it is the same")
        .hasSizeLessThanOrEqualTo(3 * 4 * 2);
  }

  @Test
  void whatIsUnusualIsToBeRead() throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    SavedLease lease = usual(random);
    assertThat(skim(lease)).isNotNull();
    for (LeaseState state : EnumSet.complementOf(EnumSet.of(LeaseState.QUEUED))) {
      assertThat(skim(with(lease, lease.acquire(), state, Long.MAX_VALUE, List.of())) == null)
          .as("%s", state)
          .isEqualTo(state != LeaseState.GRANTED);
    }
    assertThat(skim(with(lease, lease.acquire(), LeaseState.GRANTED, 5, List.of()))).isNull();
    List<Allotment> allotments = List.of(new Allotment("gpu", "GPU-1", 0, 1, 0));
    assertThat(skim(with(lease, lease.acquire(), LeaseState.GRANTED, Long.MAX_VALUE, allotments)))
        .isNull();
    for (Acquire acquire :
        List.of(
            acquire(lease).clientId("clïent").build(),
            acquire(lease).labels(Map.of("a", "\u20ac")).build(),
            acquire(lease).parent(new LeaseId(1, 2)).build(),
            acquire(lease).expectedHoldNanos(1).build(),
            acquire(lease)
                .dedup(new Dedup("work", Dedup.Scope.PENDING, 0, Dedup.OnConflict.JOIN))
                .build())) {
      assertThat(skim(with(lease, acquire, LeaseState.GRANTED, Long.MAX_VALUE, List.of())))
          .as("%s", acquire)
          .isNull();
    }
  }

  @Test
  void damageIsNeverTakenForALease() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = delimited(usual(random));
      int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        DormantLease skimmed = skim.skim(bytes, 0, length);
        if (skimmed != null) {
          assertThat(packed.read(skimmed.position()).id()).isEqualTo(skimmed.id());
        }
      } catch (IOException | IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotEmpty(); // as when it is read at once
      }
    }
  }

  private DormantLease skim(SavedLease lease) throws IOException {
    byte[] bytes = delimited(lease);
    byte[] within = new byte[bytes.length + 7];
    System.arraycopy(bytes, 0, within, 3, bytes.length);
    return skim.skim(within, 3, bytes.length);
  }

  private static byte[] delimited(SavedLease lease) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    RecordWriter.lease(lease).writeDelimitedTo(bytes);
    return bytes.toByteArray();
  }

  private static Acquire.Builder acquire(SavedLease lease) {
    return Acquire.builder(lease.acquire().demands());
  }

  private static SavedLease with(
      SavedLease lease,
      Acquire acquire,
      LeaseState state,
      long revokedByNanos,
      List<Allotment> allotments) {
    return new SavedLease(
        lease.id(),
        lease.fencingToken(),
        acquire,
        lease.charges(),
        lease.terms(),
        allotments,
        lease.grantedAtNanos(),
        lease.heldSinceNanos(),
        lease.ttlNanos(),
        revokedByNanos,
        state,
        state,
        null,
        0,
        "");
  }

  /** A lease as most are, in one of some kinds. */
  private static SavedLease usual(SplittableRandom random) {
    int permits = 1 + random.nextInt(3);
    boolean isKeyed = random.nextBoolean();
    List<String> key = isKeyed ? List.of("t" + random.nextInt(3)) : List.of();
    Demand demand =
        new Demand("jobs", isKeyed ? Map.of("tenant", key.get(0)) : Map.of(), permits, false, null);
    SavedCharge charge =
        new SavedCharge(
            new BucketName("jobs", key, false),
            LimitKind.CONCURRENCY,
            "jobs",
            permits,
            List.of(),
            Charge.CERTAIN,
            0,
            List.of(),
            true,
            List.of());
    Acquire acquire =
        Acquire.builder(List.of(demand))
            .requestId(random.nextBoolean() ? "" : "request " + random.nextInt())
            .clientId(random.nextBoolean() ? "" : "client-" + random.nextInt(9))
            .priority(random.nextInt(10))
            .ttlNanos(random.nextBoolean() ? 0 : 5 * SECOND)
            .maxWaitNanos(random.nextInt(3) * SECOND)
            .workDeadlineNanos(random.nextInt(3) * SECOND)
            .labels(random.nextBoolean() ? Map.of() : Map.of("a", "1", "b", ""))
            .wantLease(random.nextBoolean())
            .build();
    long granted = random.nextInt(5) * SECOND;
    return new SavedLease(
        new LeaseId(random.nextLong() | 1, random.nextLong() | 1),
        1 + random.nextInt(1_000_000),
        acquire,
        List.of(charge),
        LeaseTerms.DEFAULT,
        List.of(),
        granted,
        granted + random.nextInt(2),
        30 * SECOND,
        Long.MAX_VALUE,
        LeaseState.GRANTED,
        LeaseState.GRANTED,
        null,
        0,
        "");
  }
}
