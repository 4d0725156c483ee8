package io.sluice.engine.scenario;

/** What can be drawn over time, one point for each interval. */
enum Curve {
  STARTED("started (1/s)"),
  WAITING("waiting (asks)"),
  DENIED("denied or gave up (1/s)"),
  HELD("held (permits)"),
  WAIT_P50("wait, median (s)"),
  WAIT_P99("wait, 99th percentile (s)");

  private final String axis;

  Curve(String axis) {
    this.axis = axis;
  }

  String axis() {
    return axis;
  }

  double[] of(Results run, String clients) {
    Recording recording = run.of(clients);
    return switch (this) {
      case STARTED -> recording.startedPerSecond();
      case WAITING -> recording.waitingOverTime();
      case DENIED -> recording.deniedPerSecond();
      case HELD -> run.holdings().heldOverTime();
      case WAIT_P50 -> recording.waitOverTime(50);
      case WAIT_P99 -> recording.waitOverTime(99);
    };
  }
}
