package io.sluice.client.batch;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Works through a source in batches: each under a lease for all of its items if told so, and what
 * failed of it again.
 *
 * <pre>{@code
 * BatchProcessor<Card, Void> processor =
 *     BatchProcessor.<Card, Void>builder(batch -> store.writeAll(batch.items())).build();
 * long failed = processor.process(cards).mapToLong(result -> result.failures().size()).sum();
 * }</pre>
 *
 * <p>Nothing is read before the stream asks for a batch, and then no more than that batch, so a
 * source of any length needs the memory of one. The handler runs in the thread that takes from the
 * stream. One processor may work on several sources, also at once; they share its size.
 *
 * @param <T> the items
 * @param <R> what comes of one
 */
public final class BatchProcessor<T, R> {
  private final BatchProcessorBuilder<T, R> settings;
  private final LongAdder batches = new LongAdder();
  private final LongAdder items = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private int size; // guarded by this

  BatchProcessor(BatchProcessorBuilder<T, R> settings) {
    this.settings = settings;
    this.size = settings.size.first();
  }

  /**
   * A builder.
   *
   * @param <T> the items
   * @param <R> what comes of one
   * @param handler what to do with a batch
   * @return the builder
   * @throws IllegalArgumentException if the variable {@code BATCH_SIZE} is no number in its bounds
   */
  public static <T, R> BatchProcessorBuilder<T, R> builder(BatchHandler<T, R> handler) {
    return new BatchProcessorBuilder<>(handler, System.getenv());
  }

  /**
   * Works through a source.
   *
   * @param source gone through once
   * @return one result for each batch, in order, worked on when it is asked for. It throws {@link
   *     CancellationException} when its thread is interrupted, with the flag set again
   */
  public Stream<BatchResult<T, R>> process(Iterable<? extends T> source) {
    return process(source.iterator());
  }

  /**
   * Works through a source.
   *
   * @param source read as it is needed
   * @return as {@link #process(Iterable)}
   */
  public Stream<BatchResult<T, R>> process(Iterator<? extends T> source) {
    return StreamSupport.stream(new Batches(source), false);
  }

  /**
   * How many items the next batch has.
   *
   * @return at least 1
   */
  public synchronized int size() {
    return size;
  }

  /**
   * What the processor did.
   *
   * @return a snapshot
   */
  public BatchStats stats() {
    return new BatchStats(batches.sum(), items.sum(), retries.sum(), failures.sum(), size());
  }

  private synchronized void adapt(long elapsedNanos) {
    size = settings.size.next(size, elapsedNanos);
  }

  private BatchResult<T, R> work(long number, List<T> read) {
    BatchRun<T, R> run = new BatchRun<>(settings, number, read);
    BatchResult<T, R> result;
    try {
      result = run.work();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw (CancellationException)
          new CancellationException("interrupted in batch " + number).initCause(interrupted);
    }
    adapt(run.firstNanos());
    batches.increment();
    items.add(result.size());
    retries.add(result.attempts() - 1L);
    failures.add(result.failures().size());
    return result;
  }

  /** Reads a batch and works on it, each time it is asked for one. */
  private final class Batches extends Spliterators.AbstractSpliterator<BatchResult<T, R>> {
    private final Iterator<? extends T> source;
    private long number;

    Batches(Iterator<? extends T> source) {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
      this.source = source;
    }

    @Override
    public boolean tryAdvance(Consumer<? super BatchResult<T, R>> action) {
      int most = size();
      List<T> read = new ArrayList<>(Math.min(most, 1024));
      while (read.size() < most && source.hasNext()) {
        read.add(source.next());
      }
      if (read.isEmpty()) {
        return false;
      }
      action.accept(work(++number, read));
      return true;
    }

    /** A part of a source cannot be worked on elsewhere: batches are read one after the other. */
    @Override
    public @Nullable Spliterator<BatchResult<T, R>> trySplit() {
      return null;
    }
  }
}
