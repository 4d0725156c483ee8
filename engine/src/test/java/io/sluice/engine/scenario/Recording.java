package io.sluice.engine.scenario;

import java.util.Arrays;
import java.util.stream.Stream;

/** What happened to some clients in a run. */
final class Recording {
  private static final long NOT_YET = -1;

  private final Scenario scenario;
  private final long lastChangeNanos;
  private final int[] startedIn;
  private final int[] deniedIn;
  private final int[] waitingAt;
  private final Waits[] waitsIn;
  private final Waits waits = new Waits();
  private final long[] permitsByClient;
  private int waiting;
  private long started;
  private long denied;
  private long inTime;
  private long overtaken;
  private long lastStartNanos;
  private long longestPauseNanos;
  private long recoveredNanos = NOT_YET;

  Recording(Scenario scenario, Scenario.Variant variant, int clients) {
    this.scenario = scenario;
    lastChangeNanos = variant.lastChangeNanos();
    startedIn = new int[scenario.intervals()];
    deniedIn = new int[scenario.intervals()];
    waitingAt = new int[scenario.intervals()];
    waitsIn = Stream.generate(Waits::new).limit(scenario.intervals()).toArray(Waits[]::new);
    permitsByClient = new long[clients];
    lastStartNanos = scenario.warmUpNanos();
  }

  void asked() {
    waiting++;
  }

  /** An ask was cancelled because its client died. */
  void cancelled(long nowNanos) {
    answered(nowNanos);
  }

  void denied(long nowNanos) {
    answered(nowNanos);
    deniedIn[interval(nowNanos)]++;
    denied += nowNanos >= scenario.warmUpNanos() ? 1 : 0;
  }

  /**
   * Notes a grant.
   *
   * @param client whose of these clients
   * @param willBeInTime its work ends within the patience
   * @param startedMeanwhile how many asks, of whatever clients, started while it waited
   */
  void started(
      int client,
      int permits,
      long waitNanos,
      boolean willBeInTime,
      long startedMeanwhile,
      long nowNanos) {
    answered(nowNanos);
    startedIn[interval(nowNanos)]++;
    waitsIn[interval(nowNanos)].add(waitNanos);
    if (nowNanos >= scenario.warmUpNanos()) {
      started++;
      inTime += willBeInTime ? 1 : 0;
      waits.add(waitNanos);
      permitsByClient[client] += permits;
      overtaken = Math.max(overtaken, startedMeanwhile);
      longestPauseNanos = Math.max(longestPauseNanos, nowNanos - lastStartNanos);
      lastStartNanos = nowNanos;
    }
  }

  /** Notes the end of an interval. */
  void intervalEnded(int interval) {
    waitingAt[interval] = waiting;
  }

  double[] startedPerSecond() {
    return perSecond(startedIn);
  }

  double[] deniedPerSecond() {
    return perSecond(deniedIn);
  }

  double[] waitingOverTime() {
    return Arrays.stream(waitingAt).asDoubleStream().toArray();
  }

  double[] waitOverTime(int percent) {
    return Arrays.stream(waitsIn).mapToDouble(each -> each.percentile(percent)).toArray();
  }

  Waits waits() {
    return waits;
  }

  long started() {
    return started;
  }

  long denied() {
    return denied;
  }

  /** Returns the share of those answered that were granted. */
  double served() {
    return (double) started / (started + denied);
  }

  long inTime() {
    return inTime;
  }

  int waiting() {
    return waiting;
  }

  /** Returns the most asks that started while one of these waited. */
  long overtaken() {
    return overtaken;
  }

  long permits() {
    return Arrays.stream(permitsByClient).sum();
  }

  /** Returns how far the client that got most is from the one that got least, by the mean. */
  double spread() {
    long most = Arrays.stream(permitsByClient).max().orElse(0);
    long least = Arrays.stream(permitsByClient).min().orElse(0);
    return (most - least) * (double) permitsByClient.length / permits();
  }

  double longestPause() {
    return longestPauseNanos / 1e9;
  }

  /** Returns how long after the last change nobody waited for the first time; none if never. */
  double recovered() {
    return recoveredNanos == NOT_YET ? Double.NaN : recoveredNanos / 1e9;
  }

  private void answered(long nowNanos) {
    waiting--;
    if (waiting == 0 && recoveredNanos == NOT_YET && nowNanos > lastChangeNanos) {
      recoveredNanos = nowNanos - lastChangeNanos;
    }
  }

  private double[] perSecond(int[] counts) {
    double seconds = scenario.intervalNanos() / 1e9;
    return Arrays.stream(counts).mapToDouble(count -> count / seconds).toArray();
  }

  private int interval(long nowNanos) {
    return (int) Math.min(startedIn.length - 1, nowNanos / scenario.intervalNanos());
  }
}
