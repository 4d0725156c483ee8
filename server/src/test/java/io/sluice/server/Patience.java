package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/**
 * What tests grant a machine that others use, which may stand still for seconds. With {@code
 * -Dsluice.patience=0}, on a quiet machine, times are held to what is stated.
 */
public final class Patience {
  private static final Duration MORE = Duration.ofSeconds(Long.getLong("sluice.patience", 20));
  private static final int TRIES = MORE.isZero() ? 1 : 3;

  private Patience() {}

  /** Something that takes real time, and is told by when it was done. */
  @FunctionalInterface
  public interface Timed {
    void run() throws Exception;
  }

  /** Returns the longest that something may take that is stated to take no more than a time. */
  public static long millis(long stated) {
    return stated + MORE.toMillis();
  }

  /** Fails if it is longer since than was stated. */
  public static void requireWithin(Duration stated, long sinceNanos) {
    assertThat(Duration.ofNanos(System.nanoTime() - sinceNanos)).isLessThan(stated.plus(MORE));
  }

  /** Tries again, a few times, what a pause of the machine can spoil. */
  public static void untilUndisturbed(Timed timed) throws Exception {
    for (int i = 1; i < TRIES; i++) {
      try {
        timed.run();
        return;
      } catch (AssertionError disturbed) {
        System.out.println("once more, for: " + disturbed.getMessage());
      }
    }
    timed.run();
  }
}
