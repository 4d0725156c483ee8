package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sluice.client.Acquisition;
import io.sluice.client.Demand;
import io.sluice.client.Lease;
import io.sluice.client.Outcome;
import io.sluice.client.SluiceClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Twenty clients of a provider that bears 50 requests a second and answers 429 with Retry-After to
 * what is beyond: real calls over real connections, on the real clock.
 */
class AdaptiveRateIT {
  private static final int CLIENTS = 20;
  private static final int BEARS = 50;
  private static final Duration WARM_UP = Duration.ofSeconds(30);
  private static final Duration MEASURED = Duration.ofSeconds(30);

  @Test
  void clientsFindWhatTheProviderBearsAndStopWhenItAsksThemTo() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
    List<SluiceClient> clients = new ArrayList<>();
    try (Provider provider = new Provider();
        ServerFixture server =
            ServerFixture.start(
                """
                limits:
                  - name: api
                    match: { resource: api }
                    rate: { permits: 1000, per: 1s, burst: 1 }
                    adaptive: { controller: governor }
                """)) {
      List<Future<?>> working = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        SluiceClient client = SluiceClient.connect(server.target());
        clients.add(client);
        working.add(threads.submit(() -> work(client, provider)));
      }
      TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
      Patience.untilUndisturbed(() -> requireWhatItBears(provider));
      Patience.untilUndisturbed(() -> requireStopsAllFor(Duration.ofSeconds(2), provider));
      working.forEach(one -> one.cancel(true));
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      clients.forEach(SluiceClient::close);
    }
  }

  private static void requireWhatItBears(Provider provider) throws InterruptedException {
    long from = System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(MEASURED.toNanos());
    long to = System.nanoTime();
    List<Answer> answers = provider.between(from, to);
    long served = answers.stream().filter(answer -> answer.status() == 200).count();
    double perSecond = served * 1e9 / (to - from);
    double throttled = 1 - (double) served / answers.size();
    System.out.printf(
        "%.1f of %d requests/s served, %.2f %% throttled%n", perSecond, BEARS, 100 * throttled);
    assertThat(perSecond).isGreaterThanOrEqualTo(0.9 * BEARS);
    assertThat(throttled).isLessThanOrEqualTo(0.02);
  }

  private static void requireStopsAllFor(Duration time, Provider provider)
      throws InterruptedException {
    provider.stopFor(time);
    TimeUnit.NANOSECONDS.sleep(time.plusSeconds(3).toNanos());
    long stopped = provider.stoppedNanos();
    long late = stopped + Duration.ofMillis(200).toNanos(); // what was under way when it said so
    long again = stopped + time.toNanos();
    assertThat(provider.between(late, again)).isEmpty();
    assertThat(provider.between(again, System.nanoTime())).isNotEmpty();
  }

  /** Asks, works, and tells how it ended, for ever. */
  private static void work(SluiceClient client, Provider provider) {
    Acquisition acquisition = Acquisition.of(Demand.of("api")).maxWait(Duration.ofMinutes(1));
    while (!Thread.currentThread().isInterrupted()) {
      try (Lease lease = client.acquire(acquisition)) {
        HttpResponse<Void> answer = provider.ask();
        if (answer.statusCode() == 429) {
          lease.providerHeaders(
              Map.of("Retry-After", answer.headers().firstValue("Retry-After").orElse("")));
          lease.outcome(Outcome.THROTTLED);
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** One answer of the provider. */
  private record Answer(long atNanos, int status) {}

  /** A provider over HTTP: a bucket of ten tokens, of which 50 come back each second. */
  private static final class Provider implements AutoCloseable {
    private static final double BURST = 10;

    private final HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpRequest request;
    private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Duration> stop = new AtomicReference<>();
    private final ExecutorService workers = Executors.newFixedThreadPool(8);
    private volatile long stoppedNanos;
    private double tokens = BURST;
    private long countedNanos = System.nanoTime();

    Provider() throws IOException {
      http.createContext("/", this::answer);
      http.setExecutor(workers);
      http.start();
      request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http.getAddress().getPort()))
              .build();
    }

    HttpResponse<Void> ask() throws IOException, InterruptedException {
      return client.send(request, HttpResponse.BodyHandlers.discarding());
    }

    List<Answer> between(long fromNanos, long toNanos) {
      return answers.stream()
          .filter(one -> one.atNanos() - fromNanos >= 0 && one.atNanos() - toNanos < 0)
          .toList();
    }

    /** Refuses the next request, and asks to stay away. */
    void stopFor(Duration time) {
      stop.set(time);
    }

    long stoppedNanos() {
      return stoppedNanos;
    }

    private void answer(HttpExchange exchange) throws IOException {
      long now = System.nanoTime();
      Duration stopFor = stop.getAndSet(null);
      if (stopFor != null) {
        stoppedNanos = now;
      }
      boolean served = stopFor == null && take(now);
      if (!served) {
        long seconds = stopFor == null ? 1 : stopFor.toSeconds();
        exchange.getResponseHeaders().set("Retry-After", String.valueOf(seconds));
      }
      answers.add(new Answer(now, served ? 200 : 429));
      exchange.sendResponseHeaders(served ? 200 : 429, -1);
      exchange.close();
    }

    private synchronized boolean take(long nowNanos) {
      tokens = Math.min(BURST, tokens + (nowNanos - countedNanos) * 1e-9 * BEARS);
      countedNanos = nowNanos;
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    }

    @Override
    public void close() {
      http.stop(0);
      workers.shutdownNow();
    }
  }
}
