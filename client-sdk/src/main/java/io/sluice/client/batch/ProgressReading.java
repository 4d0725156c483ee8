package io.sluice.client.batch;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far work is.
 *
 * @param total how many items there are; empty = not known
 * @param inProgress items begun and not ended
 * @param completed items that succeeded
 * @param failed items that failed
 * @param percent of the total, how many have ended; 0 where that is not known
 * @param successRate of those that ended, the part that succeeded, 0..1; 0 while none has
 * @param ratePerSecond items that ended, over the time since the first began
 * @param elapsed since the first began
 * @param eta how long the rest takes at this rate; empty where nobody can tell
 */
public record ProgressReading(
    OptionalLong total,
    long inProgress,
    long completed,
    long failed,
    double percent,
    double successRate,
    double ratePerSecond,
    Duration elapsed,
    Optional<Duration> eta) {

  /**
   * How many items have ended.
   *
   * @return those that succeeded, and those that failed
   */
  public long ended() {
    return completed + failed;
  }

  /**
   * Whether all is done.
   *
   * @return false as well where the total is not known
   */
  public boolean isDone() {
    return total.isPresent() && ended() >= total.getAsLong();
  }
}
