package io.sluice.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.SluiceClient;
import io.sluice.proto.v1.LimitStats;
import io.sluice.server.ServerFixture;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection that is cut each time after the server has decided and before that is heard. */
@Timeout(180)
class LostRepliesTest {
  private static final int ACQUIRES = 10_000;
  private static final int CALLERS = 64;
  private static final String LIMITS =
      """
      limits:
        - { name: jobs, match: { resource: jobs }, concurrency: { max: 50 }, queue: { max: 1000 } }
      """;

  private final Set<String> leases = ConcurrentHashMap.newKeySet();
  private final Set<Long> fences = ConcurrentHashMap.newKeySet();
  private final AtomicInteger left = new AtomicInteger(ACQUIRES);

  @Test
  void nothingIsGrantedTwiceAndNothingLeaks() throws Exception {
    try (ServerFixture server = ServerFixture.start(LIMITS);
        CuttingProxy proxy = new CuttingProxy(address(server.target()), 15);
        SluiceClient client =
            SluiceClient.builder()
                .target("127.0.0.1:" + proxy.port())
                .defaultTimeout(Duration.ofSeconds(60))
                .build()) {
      List<CompletableFuture<Void>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        callers.add(done);
        next(client, done);
      }
      CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).get(150, TimeUnit.SECONDS);

      assertThat(proxy.cuts()).as("cuts").isGreaterThan(10);
      assertThat(leases).as("a lease for each acquire").hasSize(ACQUIRES);
      assertThat(fences).hasSize(ACQUIRES);
      LimitStats stats = server.limit("jobs");
      assertThat(stats.getGranted()).as("no acquire was granted twice").isEqualTo(ACQUIRES);
      assertThat(stats.getUsed()).as("nothing leaks").isZero();
      assertThat(client.stats().leasesLost()).isZero();
      assertThat(client.stats().leasesTracked()).isZero();
    }
  }

  private void next(SluiceClient client, CompletableFuture<Void> done) {
    if (left.getAndDecrement() <= 0) {
      done.complete(null);
      return;
    }
    Acquisition job = Acquisition.of(Demand.of("jobs")).maxWait(Duration.ofMinutes(2));
    var unused =
        client
            .acquireAsync(job)
            .thenCompose(this::release)
            .whenComplete(
                (released, failure) -> {
                  if (failure != null) {
                    done.completeExceptionally(failure);
                  } else {
                    next(client, done);
                  }
                });
  }

  private CompletableFuture<Void> release(Lease lease) {
    leases.add(lease.id());
    fences.add(lease.fencingToken());
    return lease.releaseAsync(Outcome.SUCCESS);
  }

  private static InetSocketAddress address(String target) {
    URI uri = URI.create("tcp://" + target);
    return new InetSocketAddress(uri.getHost(), uri.getPort());
  }
}
