package io.sluice.client.admin;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What finds a rate from how work ends. What is null is the server's default; docs/configuration.md
 * lists them. Immutable.
 *
 * @param controller what finds it
 * @param initial where it begins, in permits per second
 * @param floor the least that it may come to
 * @param ceiling the most that it may come to
 * @param throttledFactor what is left of the rate after the provider refused something; of governor
 *     and aimd
 * @param errorFactor what is left of it after an error or a timeout; of aimd
 * @param increasePerSecond permits per second gained in each second; of aimd
 * @param cooldown how long after a cut there is no other; of aimd
 */
public record AdaptiveRate(
    Controller controller,
    @Nullable Double initial,
    @Nullable Double floor,
    @Nullable Double ceiling,
    @Nullable Double throttledFactor,
    @Nullable Double errorFactor,
    @Nullable Double increasePerSecond,
    @Nullable Duration cooldown) {

  /** A way to find a rate. */
  public enum Controller {
    /** Cut where the provider refuses, it comes back to what was borne, and then tries more. */
    GOVERNOR,
    /** Grows by the same amount in each second, is cut by a factor. */
    AIMD,
    /** Raised or lowered after each window, by the share of work that succeeded. */
    SUCCESS_RATIO
  }

  /**
   * Refuses what the controller has no use for.
   *
   * @param controller what finds it
   * @param initial where it begins
   * @param floor the least
   * @param ceiling the most
   * @param throttledFactor of governor and aimd
   * @param errorFactor of aimd
   * @param increasePerSecond of aimd
   * @param cooldown of aimd
   * @throws IllegalArgumentException if the controller has no use for a value
   */
  public AdaptiveRate {
    boolean aimd = controller == Controller.AIMD;
    require(throttledFactor == null || controller != Controller.SUCCESS_RATIO, "throttledFactor");
    require(errorFactor == null || aimd, "errorFactor");
    require(increasePerSecond == null || aimd, "increasePerSecond");
    require(cooldown == null || aimd, "cooldown");
  }

  /**
   * A controller with the server's defaults.
   *
   * @param controller what finds the rate
   * @return the policy
   */
  public static AdaptiveRate of(Controller controller) {
    return new AdaptiveRate(controller, null, null, null, null, null, null, null);
  }

  /**
   * The same with another beginning.
   *
   * @param permitsPerSecond from the floor to the ceiling
   * @return a new policy
   */
  public AdaptiveRate initial(double permitsPerSecond) {
    return new AdaptiveRate(
        controller,
        permitsPerSecond,
        floor,
        ceiling,
        throttledFactor,
        errorFactor,
        increasePerSecond,
        cooldown);
  }

  /**
   * The same between other bounds.
   *
   * @param floor permits per second, the least
   * @param ceiling permits per second, the most
   * @return a new policy
   */
  public AdaptiveRate between(double floor, double ceiling) {
    return new AdaptiveRate(
        controller,
        initial,
        floor,
        ceiling,
        throttledFactor,
        errorFactor,
        increasePerSecond,
        cooldown);
  }

  /**
   * The same with another cut after a refusal of the provider.
   *
   * @param factor what is left of the rate
   * @return a new policy
   * @throws IllegalArgumentException for SUCCESS_RATIO
   */
  public AdaptiveRate throttledFactor(double factor) {
    return new AdaptiveRate(
        controller, initial, floor, ceiling, factor, errorFactor, increasePerSecond, cooldown);
  }

  /**
   * The same with another cut after an error.
   *
   * @param factor what is left of the rate
   * @return a new policy
   * @throws IllegalArgumentException unless AIMD
   */
  public AdaptiveRate errorFactor(double factor) {
    return new AdaptiveRate(
        controller, initial, floor, ceiling, throttledFactor, factor, increasePerSecond, cooldown);
  }

  /**
   * The same with another growth.
   *
   * @param permitsPerSecond gained in each second; 0 = it never grows
   * @return a new policy
   * @throws IllegalArgumentException unless AIMD
   */
  public AdaptiveRate increasePerSecond(double permitsPerSecond) {
    return new AdaptiveRate(
        controller,
        initial,
        floor,
        ceiling,
        throttledFactor,
        errorFactor,
        permitsPerSecond,
        cooldown);
  }

  /**
   * The same with another time between cuts.
   *
   * @param time after a cut in which there is no other
   * @return a new policy
   * @throws IllegalArgumentException unless AIMD
   */
  public AdaptiveRate cooldown(Duration time) {
    return new AdaptiveRate(
        controller, initial, floor, ceiling, throttledFactor, errorFactor, increasePerSecond, time);
  }

  private static void require(boolean useful, String name) {
    if (!useful) {
      throw new IllegalArgumentException(name + " is of no use to this controller");
    }
  }
}
