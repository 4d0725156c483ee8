package io.sluice.benchmarks.lab.rates;

import java.util.Arrays;
import java.util.List;

/** What happened in a simulation: what was sent, what passed, and the rate over time. */
final class Recording {
  private static final int BINS_PER_SEGMENT = 300;
  private static final int T90_BINS = 5;

  private final Course course;
  private final double binSeconds;
  private final double[] accepted;
  private final double[] refused;
  private final double[] rate;

  Recording(Course course) {
    this.course = course;
    Course.Segment first = course.segments().get(0);
    binSeconds = (first.until() - first.from()) / BINS_PER_SEGMENT;
    int bins = BINS_PER_SEGMENT * course.segments().size();
    accepted = new double[bins];
    refused = new double[bins];
    rate = new double[bins];
    Arrays.fill(rate, Double.NaN);
  }

  void sent(double now, long permits, boolean passed) {
    (passed ? accepted : refused)[bin(now)] += permits;
  }

  void offers(double now, double permitsPerSecond) {
    rate[bin(now)] = permitsPerSecond;
  }

  /**
   * Returns the share of what could pass in a segment that did, at most what was asked for. A
   * window that outlasts a time of no service lets pass what it has afterwards.
   */
  double utilisation(Course.Segment segment, Experiment experiment) {
    double seconds = segment.until() - segment.from();
    double lost = experiment.kind() == Provider.Kind.BUCKET ? course.darkSeconds(segment) : 0;
    double most = segment.limit() * (seconds - lost);
    return sum(accepted, segment) / Math.min(most, experiment.asked() * seconds);
  }

  /** Returns the share of what was sent in a segment that was refused. */
  double refusedShare(Course.Segment segment) {
    double bad = sum(refused, segment);
    return bad == 0 ? 0 : bad / (bad + sum(accepted, segment));
  }

  /** Returns how long after its begin a segment saw 90 % of what can pass; NaN = never. */
  double t90(Course.Segment segment, Experiment experiment) {
    double most = Math.min(segment.limit(), experiment.asked());
    int from = bin(segment.from());
    int until = from + BINS_PER_SEGMENT;
    for (int i = from; i + T90_BINS <= until; i++) {
      double passed = Arrays.stream(accepted, i, i + T90_BINS).sum();
      if (passed >= 0.9 * most * binSeconds * T90_BINS) {
        return (i - from) * binSeconds;
      }
    }
    return Double.NaN;
  }

  /** Returns the begins of the bins, in seconds. */
  double[] times() {
    double[] times = new double[rate.length];
    Arrays.setAll(times, i -> i * binSeconds);
    return times;
  }

  /** Returns the rate at the end of each bin; the last of the sidecars that looked. */
  double[] rates() {
    return rate;
  }

  List<Course.Segment> segments() {
    return course.segments();
  }

  private double sum(double[] bins, Course.Segment segment) {
    int from = bin(segment.from());
    return Arrays.stream(bins, from, from + BINS_PER_SEGMENT).sum();
  }

  private int bin(double seconds) {
    return Math.min(rate.length - 1, (int) (seconds / binSeconds + 1e-9));
  }
}
