package io.sluice.server.cli;

import com.google.protobuf.Duration;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.AdmissionServiceGrpc.AdmissionServiceBlockingStub;
import io.sluice.proto.v1.Demand;
import io.sluice.proto.v1.Grant;
import io.sluice.proto.v1.Outcome;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseStatus;
import io.sluice.proto.v1.RenewRequest;
import io.sluice.proto.v1.RenewStatus;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A client that repeats each call until it is answered, and writes down what it was told. */
final class CrashClient extends Thread {
  private final String id;
  private final AdmissionServiceBlockingStub stub;
  private final CrashHistory history;
  private final SplittableRandom random;
  private volatile boolean finishing;

  CrashClient(String id, ManagedChannel channel, CrashHistory history) {
    super(id);
    setDaemon(true);
    this.id = id;
    this.history = history;
    this.random = new SplittableRandom(id.hashCode());
    this.stub = AdmissionServiceGrpc.newBlockingStub(channel).withWaitForReady();
  }

  void finish() {
    finishing = true;
  }

  @Override
  public void run() {
    try {
      for (int i = 0; !finishing; i++) {
        work(id + "/" + i);
      }
    } catch (InterruptedException e) {
      interrupt();
    }
  }

  private void work(String request) throws InterruptedException {
    long asked = System.nanoTime();
    Grant grant = acquire(request);
    if (grant == null) {
      return;
    }
    CrashHistory.Held held = history.granted(grant, asked, System.nanoTime());
    TimeUnit.MICROSECONDS.sleep(random.nextInt(random.nextInt(10) == 0 ? 500_000 : 20_000));
    int failures = 0;
    if (random.nextInt(4) == 0) {
      failures += renew(held, grant.getLeaseId());
    }
    held.releasing(System.nanoTime());
    failures += release(held, grant.getLeaseId());
    if (failures > 0) {
      history.heldOverKill();
    }
  }

  private Grant acquire(String request) throws InterruptedException {
    AcquireRequest message =
        AcquireRequest.newBuilder()
            .setRequestId(request)
            .setClientId(id)
            .addDemands(Demand.newBuilder().setResource("jobs"))
            .addDemands(Demand.newBuilder().setResource("api"))
            .setMaxWait(Duration.newBuilder().setSeconds(2))
            .build();
    while (true) {
      try {
        AcquireResponse response = stub.withDeadlineAfter(20, TimeUnit.SECONDS).acquire(message);
        return response.hasGrant() ? response.getGrant() : null;
      } catch (StatusRuntimeException e) {
        TimeUnit.MILLISECONDS.sleep(5); // the server was killed, or is not there yet
      }
    }
  }

  private int renew(CrashHistory.Held held, String lease) throws InterruptedException {
    for (int failures = 0; ; failures++) {
      try {
        RenewStatus status =
            stub.withDeadlineAfter(20, TimeUnit.SECONDS)
                .renew(RenewRequest.newBuilder().addLeaseIds(lease).build())
                .getResults(0)
                .getStatus();
        if (status != RenewStatus.RENEW_STATUS_RENEWED) {
          history.lost(held, status.name());
        }
        return failures;
      } catch (StatusRuntimeException e) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
  }

  private int release(CrashHistory.Held held, String lease) throws InterruptedException {
    ReleaseRequest message =
        ReleaseRequest.newBuilder()
            .addReleases(Release.newBuilder().setLeaseId(lease).setOutcome(Outcome.OUTCOME_SUCCESS))
            .build();
    for (int failures = 0; ; failures++) {
      try {
        ReleaseStatus status =
            stub.withDeadlineAfter(20, TimeUnit.SECONDS).release(message).getResults(0).getStatus();
        boolean repeated = failures > 0 && status == ReleaseStatus.RELEASE_STATUS_ALREADY_RELEASED;
        if (status != ReleaseStatus.RELEASE_STATUS_RELEASED && !repeated) {
          history.lost(held, status.name());
        }
        return failures;
      } catch (StatusRuntimeException e) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
  }
}
