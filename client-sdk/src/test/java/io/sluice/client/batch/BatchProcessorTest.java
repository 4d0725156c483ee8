package io.sluice.client.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.client.ThrottledException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchProcessorTest {
  private final AtomicLong now = new AtomicLong();
  private final List<Duration> rests = new ArrayList<>();
  private final AtomicInteger read = new AtomicInteger();

  @Test
  void s2_05_sourceIsReadBatchByBatch() {
    AtomicInteger ahead = new AtomicInteger();
    AtomicInteger handled = new AtomicInteger();
    BatchProcessor<Integer, String> processor =
        this.<String>builder(
                batch -> {
                  ahead.accumulateAndGet(read.get() - handled.get(), Math::max);
                  handled.addAndGet(batch.items().size());
                  for (int i = 0; i < batch.items().size(); i++) {
                    batch.succeed(i, "card " + batch.items().get(i));
                  }
                })
            .build();

    List<BatchResult<Integer, String>> results = processor.process(source(1050)).toList();

    assertThat(results).hasSize(11);
    assertThat(results.get(10).size()).isEqualTo(50);
    assertThat(results.get(10).values().get(49)).isEqualTo("card 1049");
    assertThat(results).extracting(BatchResult::number).startsWith(1L, 2L).endsWith(11L);
    assertThat(ahead.get()).isLessThanOrEqualTo(200);
    assertThat(processor.stats()).isEqualTo(new BatchStats(11, 1050, 0, 0, 100));
  }

  @Test
  void s2_05_nothingIsReadThatNobodyTakes() {
    BatchProcessor<Integer, Void> processor = this.<Void>builder(batch -> {}).build();
    assertThat(read).hasValue(0);
    assertThat(processor.process(source(1050)).limit(1).count()).isEqualTo(1);
    assertThat(read).hasValue(100);
  }

  @Test
  void s2_06_slowBatchHalvesTheSizeAndFastOnesGrowIt() {
    AtomicLong millis = new AtomicLong(300);
    BatchProcessor<Integer, Void> processor =
        this.<Void>builder(batch -> now.addAndGet(Duration.ofMillis(millis.get()).toNanos()))
            .size(BatchSize.dynamic(10, 100, 200, Duration.ofMillis(200)))
            .build();
    Iterator<BatchResult<Integer, Void>> batches = processor.process(source(100_000)).iterator();

    assertThat(sizes(batches, 5)).containsExactly(100, 50, 25, 12, 10);
    millis.set(100);
    assertThat(sizes(batches, 13))
        .containsExactly(10, 30, 50, 70, 90, 110, 130, 150, 170, 190, 200, 200, 200);
    assertThat(processor.size()).isEqualTo(200);
  }

  @Test
  void s2_09_batchThatFailsTwiceSucceedsTheThirdTime() {
    BatchResult<Integer, Void> result =
        only(
            this.<Void>builder(
                batch -> {
                  if (batch.attempt() < 3) {
                    throw new IOException("no connection");
                  }
                }));

    assertThat(result.isSuccess()).isTrue();
    assertThat(result.attempts()).isEqualTo(3);
    assertThat(rests).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void s2_09_batchThatAlwaysFailsIsGivenUp() {
    BatchResult<Integer, Void> result =
        only(
            this.<Void>builder(
                batch -> {
                  throw new ThrottledException("429", Duration.ofSeconds(7));
                }));

    assertThat(result.failures()).hasSize(100);
    assertThat(result.failures().get(7).item()).isEqualTo(7);
    assertThat(result.attempts()).isEqualTo(3);
    assertThat(rests).as("as the provider says").containsOnly(Duration.ofSeconds(7));
  }

  @Test
  void s2_10_onlyWhatFailedIsTriedAgain() {
    List<List<Integer>> tried = new ArrayList<>();
    BatchResult<Integer, Integer> result =
        only(
            this.<Integer>builder(
                batch -> {
                  tried.add(batch.items());
                  for (int i = 0; i < batch.items().size(); i++) {
                    int item = batch.items().get(i);
                    if (batch.attempt() == 1 && (item == 17 || item == 80)) {
                      batch.fail(i, new IOException("item " + item));
                    } else {
                      batch.succeed(i, item);
                    }
                  }
                }));

    assertThat(tried).hasSize(2);
    assertThat(tried.get(1)).containsExactly(17, 80);
    assertThat(result.values()).isEqualTo(IntStream.range(0, 100).boxed().toList());
    assertThat(result.isSuccess()).isTrue();
  }

  @Test
  void interruptEndsTheStream() {
    BatchProcessor<Integer, Void> processor =
        this.<Void>builder(
                batch -> {
                  throw new InterruptedException();
                })
            .build();
    assertThatThrownBy(() -> processor.process(source(1)).count())
        .isInstanceOf(CancellationException.class)
        .hasMessage("interrupted in batch 1");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void sizeIsToldByAVariableUnlessToldOutright() {
    BatchHandler<Integer, Void> none = batch -> {};
    assertThat(new BatchProcessorBuilder<>(none, Map.of("BATCH_SIZE", "7")).build().size())
        .isEqualTo(7);
    assertThatThrownBy(() -> new BatchProcessorBuilder<>(none, Map.of("BATCH_SIZE", "0")))
        .hasMessage("BATCH_SIZE must be in [1, 1000000] but was 0");
    assertThatThrownBy(() -> BatchSize.dynamic(10, 5, 20, Duration.ofSeconds(1)))
        .hasMessage("first must be in [10, 20] but was 5");
  }

  @Test
  void s2_07_aMillionItemsFitIntoASmallHeap() throws Exception {
    Process small =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                ManyItems.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(small.getInputStream().readAllBytes());
    assertThat(small.waitFor(50, TimeUnit.SECONDS)).isTrue();
    assertThat(output.strip()).isEqualTo("1000000 items in 10000 batches, 10 failed");
  }

  /** Works through a million items of 1 KiB each. */
  static final class ManyItems {
    private ManyItems() {}

    public static void main(String[] none) {
      BatchProcessor<byte[], byte[]> processor =
          BatchProcessor.<byte[], byte[]>builder(
                  batch -> {
                    for (int i = 0; i < batch.items().size(); i++) {
                      batch.succeed(i, batch.items().get(i).clone());
                    }
                    if (batch.number() % 1000 == 0) {
                      batch.fail(0, new IOException("unreadable"));
                    }
                  })
              .retry(1, Duration.ZERO)
              .build();
      Iterator<byte[]> source =
          IntStream.range(0, 1_000_000).mapToObj(item -> new byte[1024]).iterator();
      long items = processor.process(source).mapToLong(BatchResult::size).sum();
      System.out.println(
          items
              + " items in "
              + processor.stats().batches()
              + " batches, "
              + processor.stats().failures()
              + " failed");
    }
  }

  private <R> BatchProcessorBuilder<Integer, R> builder(BatchHandler<Integer, R> handler) {
    return new BatchProcessorBuilder<>(handler, Map.of()).clock(now::get).rest(rests::add);
  }

  private <R> BatchResult<Integer, R> only(BatchProcessorBuilder<Integer, R> builder) {
    List<BatchResult<Integer, R>> results = builder.build().process(source(100)).toList();
    assertThat(results).hasSize(1);
    return results.get(0);
  }

  private static List<Integer> sizes(Iterator<BatchResult<Integer, Void>> batches, int count) {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sizes.add(batches.next().size());
    }
    return sizes;
  }

  private Iterator<Integer> source(int items) {
    return IntStream.range(0, items).boxed().peek(item -> read.incrementAndGet()).iterator();
  }
}
