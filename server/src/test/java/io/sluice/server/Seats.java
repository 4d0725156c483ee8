package io.sluice.server;

import com.google.protobuf.util.Durations;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewStatus;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What clients of one resource know of who holds it: from the grant received to the release. */
final class Seats {
  private static final String RESOURCE = "jobs";

  private final int max;
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicInteger mostHeld = new AtomicInteger();
  private final AtomicLong operations = new AtomicLong();
  private final AtomicLong denials = new AtomicLong();
  private final AtomicLong highestFence = new AtomicLong();
  private final Queue<Long> fences = new ConcurrentLinkedQueue<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();

  Seats(int max) {
    this.max = max;
  }

  int mostHeld() {
    return mostHeld.get();
  }

  long operations() {
    return operations.get();
  }

  long denials() {
    return denials.get();
  }

  Queue<Long> fences() {
    return fences;
  }

  Queue<String> errors() {
    return errors;
  }

  /** Asks, renews and releases at one server, until all clients together did so often enough. */
  void use(ServerFixture server, long seed, long wantedOperations) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    while (operations.get() < wantedOperations && errors.isEmpty()) {
      long earlier = highestFence.get();
      AcquireResponse response =
          server
              .admission()
              .acquire(
                  ServerFixture.request(RESOURCE)
                      .setMaxWait(Durations.fromSeconds(random.nextInt(2)))
                      .build());
      operations.incrementAndGet();
      if (response.hasGrant()) {
        hold(server, response.getGrant(), earlier, random);
      } else {
        denials.incrementAndGet();
      }
    }
  }

  private void hold(ServerFixture server, Grant grant, long earlier, SplittableRandom random)
      throws InterruptedException {
    int now = held.incrementAndGet();
    mostHeld.accumulateAndGet(now, Math::max);
    check(now <= max, now + " are held");
    fences.add(grant.getFencingToken());
    check(
        grant.getFencingToken() > earlier,
        grant.getFencingToken() + " came after " + earlier + " was known");
    highestFence.accumulateAndGet(grant.getFencingToken(), Math::max);
    if (random.nextInt(4) == 0) {
      TimeUnit.MICROSECONDS.sleep(random.nextInt(2_000)); // work
    }
    if (random.nextInt(3) == 0) {
      RenewRequest renewal = RenewRequest.newBuilder().addLeaseIds(grant.getLeaseId()).build();
      RenewStatus status = server.admission().renew(renewal).getResults(0).getStatus();
      check(status == RenewStatus.RENEW_STATUS_RENEWED, "a held lease is " + status);
      operations.incrementAndGet();
    }
    held.decrementAndGet();
    ReleaseStatus status = server.release(grant.getLeaseId());
    check(status == ReleaseStatus.RELEASE_STATUS_RELEASED, "a release is " + status);
    operations.incrementAndGet();
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      errors.add(otherwise);
    }
  }
}
