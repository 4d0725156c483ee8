package io.sluice.server.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.Demand;
import io.sluice.client.ExceedsLimitException;
import io.sluice.client.SluiceClient;
import io.sluice.client.batch.BatchProcessor;
import io.sluice.client.batch.BatchProcessorBuilder;
import io.sluice.client.batch.BatchResult;
import io.sluice.client.batch.BatchSize;
import io.sluice.client.batch.Progress;
import io.sluice.proto.v1.LimitStats;
import io.sluice.server.ServerFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches that ask for as many permits as they have items. */
@Timeout(60)
class S2BatchTest {
  private static final Demand CARD = Demand.of("cards");

  private ServerFixture server;
  private SluiceClient client;

  @BeforeEach
  void start() throws Exception {
    server =
        ServerFixture.start(
            """
            limits:
              - { name: cards, match: { resource: cards }, concurrency: { max: 100 } }
            """);
    client = SluiceClient.connect(server.target());
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.close();
  }

  @Test
  void s2_05_everyBatchIsOneAcquireOfItsWeight() {
    Progress progress = Progress.of(1050);
    BatchProcessor<Integer, Long> processor = builder().progress(progress).build();

    List<BatchResult<Integer, Long>> results = processor.process(items(1050)).toList();

    assertThat(results).hasSize(11);
    assertThat(results.get(0).values()).containsOnly(100L);
    assertThat(results.get(10).values()).containsOnly(50L).hasSize(50);
    LimitStats cards = server.limit("cards");
    assertThat(cards.getGranted()).isEqualTo(11);
    assertThat(cards.getUsed()).isZero();
    assertThat(progress.read().percent()).isEqualTo(100);
  }

  @Test
  void s2_10_retryAsksOnlyForWhatFailed() {
    BatchProcessor<Integer, Long> processor =
        BatchProcessor.<Integer, Long>builder(
                batch -> {
                  long used = server.limit("cards").getUsed();
                  for (int i = 0; i < batch.items().size(); i++) {
                    if (batch.attempt() == 1 && i < 2) {
                      batch.fail(i, new IOException("unreadable"));
                    } else {
                      batch.succeed(i, used);
                    }
                  }
                })
            .size(BatchSize.fixed(50))
            .retry(2, Duration.ofMillis(1))
            .leased(client, CARD, Duration.ofSeconds(30))
            .build();

    BatchResult<Integer, Long> result = processor.process(items(50)).toList().get(0);

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.attempts()).isEqualTo(2);
    assertThat(result.values().get(0)).isEqualTo(2);
    assertThat(result.values().get(49)).isEqualTo(50);
    assertThat(server.limit("cards").getOutcomesMap())
        .containsEntry("ERROR", 1L)
        .containsEntry("SUCCESS", 1L);
  }

  @Test
  void s2_09_whatTheLimitCanNeverGiveIsNotTriedAgain() {
    BatchResult<Integer, Long> result =
        builder().size(BatchSize.fixed(101)).build().process(items(101)).toList().get(0);

    assertThat(result.attempts()).isEqualTo(1);
    assertThat(result.failures())
        .hasSize(101)
        .allMatch(failure -> failure.error() instanceof ExceedsLimitException);
  }

  private BatchProcessorBuilder<Integer, Long> builder() {
    return BatchProcessor.<Integer, Long>builder(
            batch -> {
              long used = server.limit("cards").getUsed();
              for (int i = 0; i < batch.items().size(); i++) {
                batch.succeed(i, used);
              }
            })
        .size(BatchSize.fixed(100))
        .leased(client, CARD, Duration.ofSeconds(30));
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }
}
