package io.sluice.benchmarks;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.sluice.proto.v1.AcquireRequest;
import io.sluice.proto.v1.AcquireResponse;
import io.sluice.proto.v1.AdmissionServiceGrpc;
import io.sluice.proto.v1.Release;
import io.sluice.proto.v1.ReleaseRequest;
import io.sluice.proto.v1.ReleaseResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A closed loop of unary calls: so many in flight at once, each followed by the next.
 *
 * @param channel where to
 * @param request what to acquire
 * @param inFlight calls at once
 * @param release whether each grant is released before the next acquire
 */
record Load(ManagedChannel channel, AcquireRequest request, int inFlight, boolean release) {
  /**
   * What a run saw.
   *
   * @param perSecond operations in a second; acquire and release together are one
   * @param p50Micros the median latency
   * @param p99Micros the latency that one in a hundred exceeds
   * @param denied acquires that were denied
   */
  record Figures(double perSecond, double p50Micros, double p99Micros, long denied) {}

  Figures run(double seconds) throws InterruptedException {
    Histogram latencies = new ConcurrentHistogram(TimeUnit.MINUTES.toNanos(1), 3);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong denied = new AtomicLong();
    CountDownLatch ended = new CountDownLatch(inFlight);
    long start = System.nanoTime();
    for (int i = 0; i < inFlight; i++) {
      new Loop(latencies, stop, denied, ended).next();
    }
    TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
    stop.set(true);
    ended.await();
    double elapsed = (System.nanoTime() - start) / 1e9;
    return new Figures(
        latencies.getTotalCount() / elapsed,
        latencies.getValueAtPercentile(50) / 1e3,
        latencies.getValueAtPercentile(99) / 1e3,
        denied.get());
  }

  private final class Loop {
    private final Histogram latencies;
    private final AtomicBoolean stop;
    private final AtomicLong denied;
    private final CountDownLatch ended;
    private long startedAt;

    Loop(Histogram latencies, AtomicBoolean stop, AtomicLong denied, CountDownLatch ended) {
      this.latencies = latencies;
      this.stop = stop;
      this.denied = denied;
      this.ended = ended;
    }

    void next() {
      if (stop.get()) {
        ended.countDown();
        return;
      }
      startedAt = System.nanoTime();
      ClientCalls.asyncUnaryCall(
          channel.newCall(AdmissionServiceGrpc.getAcquireMethod(), CallOptions.DEFAULT),
          request,
          new Answer<AcquireResponse>() {
            @Override
            void answered(AcquireResponse response) {
              if (response.hasDenial()) {
                denied.incrementAndGet();
              }
              if (release && response.hasGrant()) {
                giveBack(response.getGrant().getLeaseId());
              } else {
                done();
              }
            }
          });
    }

    private void giveBack(String leaseId) {
      ClientCalls.asyncUnaryCall(
          channel.newCall(AdmissionServiceGrpc.getReleaseMethod(), CallOptions.DEFAULT),
          ReleaseRequest.newBuilder().addReleases(Release.newBuilder().setLeaseId(leaseId)).build(),
          new Answer<ReleaseResponse>() {
            @Override
            void answered(ReleaseResponse response) {
              done();
            }
          });
    }

    private void done() {
      latencies.recordValue(System.nanoTime() - startedAt);
      next();
    }

    /** Goes on once the call has completed. */
    private abstract class Answer<T> implements StreamObserver<T> {
      private T value;

      abstract void answered(T response);

      @Override
      public void onNext(T response) {
        value = response;
      }

      @Override
      public void onError(Throwable error) {
        error.printStackTrace();
        ended.countDown();
      }

      @Override
      public void onCompleted() {
        answered(value);
      }
    }
  }
}
