package io.sluice.engine.scenario;

import java.util.function.ToDoubleBiFunction;

/**
 * A number that a run gives for some clients. It counts what happened after the warm-up; {@link
 * Double#NaN} = there was nothing to count.
 */
enum Figure {
  STARTED("started", Unit.COUNT, (run, clients) -> clients.started()),
  PER_SECOND("started/s", Unit.PER_SECOND, (run, clients) -> clients.started() / run.seconds()),
  SHARE(
      "share of permits",
      Unit.PERCENT,
      (run, clients) -> (double) clients.permits() / run.all().permits()),
  SPREAD("most − least, by the mean", Unit.PERCENT, (run, clients) -> clients.spread()),
  SERVED("served", Unit.PERCENT, (run, clients) -> clients.served()),
  DENIED("denied", Unit.COUNT, (run, clients) -> clients.denied()),
  WAIT_P50("wait p50", Unit.SECONDS, (run, clients) -> clients.waits().percentile(50)),
  WAIT_P99("wait p99", Unit.SECONDS, (run, clients) -> clients.waits().percentile(99)),
  WAIT_MAX("longest wait", Unit.SECONDS, (run, clients) -> clients.waits().percentile(100)),
  OVERTAKEN("started meanwhile", Unit.COUNT, (run, clients) -> clients.overtaken()),
  GOODPUT(
      "goodput",
      Unit.PERCENT,
      (run, clients) -> clients.inTime() / run.seconds() / run.scenario().capacity()),
  WASTED(
      "wasted grants",
      Unit.PERCENT,
      (run, clients) -> 1 - (double) clients.inTime() / clients.started()),
  LEFT_WAITING("waiting at the end", Unit.COUNT, (run, clients) -> clients.waiting()),
  LONGEST_PAUSE("longest time without a start", Unit.SECONDS, (run, c) -> c.longestPause()),
  RECOVERED("queue empty after", Unit.SECONDS, (run, clients) -> clients.recovered()),
  IN_USE("permits in use", Unit.PERCENT, (run, clients) -> run.holdings().utilization()),
  IDLE("free while somebody waits", Unit.SECONDS, (run, clients) -> run.holdings().idle()),
  MOST_HELD("most held", Unit.COUNT, (run, clients) -> run.holdings().most()),
  GRANTS_ABOVE_LIMIT("grants above the limit", Unit.COUNT, (run, c) -> run.holdings().above()),
  MOST_ABOVE_RATE("most above the rate", Unit.COUNT, (run, clients) -> run.holdings().burst());

  private final String title;
  private final Unit unit;
  private final ToDoubleBiFunction<Results, Recording> value;

  Figure(String title, Unit unit, ToDoubleBiFunction<Results, Recording> value) {
    this.title = title;
    this.unit = unit;
    this.value = value;
  }

  String title() {
    return title;
  }

  Unit unit() {
    return unit;
  }

  /** Returns whether it is about a run, whoever the clients are. */
  boolean isOfWholeRun() {
    return compareTo(IN_USE) >= 0;
  }

  double of(Results run, String clients) {
    return value.applyAsDouble(run, run.of(clients));
  }
}
