package io.sluice.engine.scenario;

/**
 * Clients that are alike.
 *
 * @param name the client id of one; the first of several is {@code name1}
 * @param count how many
 * @param arrivals when each asks
 * @param serviceNanos how long work takes on average
 * @param exponential whether it varies, exponentially distributed; else it always takes as long
 * @param patienceNanos how long each waits; an answer is in time if the work ends within it
 * @param priority the band
 * @param permits what each ask is for
 * @param tellsHold an ask tells how long its work will take
 * @param fromNanos when they begin to ask
 * @param untilNanos when they cease to
 */
record Clients(
    String name,
    int count,
    Arrivals arrivals,
    long serviceNanos,
    boolean exponential,
    long patienceNanos,
    int priority,
    int permits,
    boolean tellsHold,
    long fromNanos,
    long untilNanos) {

  String id(int index) {
    return count == 1 ? name : name + (index + 1);
  }

  /** When a client asks. */
  sealed interface Arrivals {
    /** At random, so many a second on average. */
    record Poisson(double perSecond) implements Arrivals {}

    /** After each such time, the first at once. */
    record Every(long gapNanos) implements Arrivals {}

    /** So many wait or work at any time; after a denial the next comes a second later. */
    record Backlog(int asks) implements Arrivals {}

    /** So many at once, once. */
    record Burst(int asks) implements Arrivals {}
  }
}
