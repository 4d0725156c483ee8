package io.sluice.benchmarks.lab.rates;

import java.util.ArrayList;
import java.util.List;

/** What a provider bears over time: segments of a constant limit, and a time of no service. */
final class Course {
  private final List<Segment> segments = new ArrayList<>();
  private double blackoutFrom = Double.POSITIVE_INFINITY;
  private double blackoutUntil = Double.POSITIVE_INFINITY;

  /**
   * A time in which the limit stays.
   *
   * @param from its begin in seconds
   * @param until its end in seconds
   * @param limit permits per second
   */
  record Segment(double from, double until, double limit) {}

  /** One segment for each limit, all of the same length. */
  static Course steps(double seconds, double... limits) {
    Course course = new Course();
    for (double limit : limits) {
      double from = course.seconds();
      course.segments.add(new Segment(from, from + seconds, limit));
    }
    return course;
  }

  /** Refuses everything for a time. */
  Course blackout(double from, double seconds) {
    blackoutFrom = from;
    blackoutUntil = from + seconds;
    return this;
  }

  List<Segment> segments() {
    return segments;
  }

  double seconds() {
    return segments.isEmpty() ? 0 : segments.get(segments.size() - 1).until();
  }

  int segmentAt(double seconds) {
    int index = 0;
    while (index < segments.size() - 1 && seconds >= segments.get(index).until()) {
      index++;
    }
    return index;
  }

  double limitAt(double seconds) {
    return segments.get(segmentAt(seconds)).limit();
  }

  boolean dark(double seconds) {
    return seconds >= blackoutFrom && seconds < blackoutUntil;
  }

  double darkUntil() {
    return blackoutUntil;
  }

  /** Returns for how long of a segment there was no service, in seconds. */
  double darkSeconds(Segment segment) {
    double from = Math.max(segment.from(), blackoutFrom);
    return Math.max(0, Math.min(segment.until(), blackoutUntil) - from);
  }
}
