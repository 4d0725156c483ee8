package io.sluice.benchmarks.lab.rates;

/** What is behind an API: lets permits pass, or refuses them because of a limit of its own. */
abstract class Provider {
  /** The answer that lets pass. */
  static final long ACCEPTED = -2;

  /** The answer that refuses and tells nothing else. */
  static final long REFUSED = -1;

  private static final double WINDOW_SECONDS = 60;

  private final Course course;
  private final boolean tellsBlackout;

  private Provider(Course course, boolean tellsBlackout) {
    this.course = course;
    this.tellsBlackout = tellsBlackout;
  }

  /** The kinds of limits that providers have. */
  enum Kind {
    /** A token bucket with a burst of a second, or of one ask if that is more. */
    BUCKET,
    /** Windows of 60 s, and Retry-After. */
    FIXED,
    /** At most so many in any 60 s. */
    SLIDING
  }

  static Provider of(Kind kind, Course course, boolean tellsBlackout, long permits) {
    return switch (kind) {
      case BUCKET -> new Bucket(course, tellsBlackout, permits);
      case FIXED -> new Fixed(course, tellsBlackout);
      case SLIDING -> new Sliding(course, tellsBlackout);
    };
  }

  /** Answers an ask: ACCEPTED, REFUSED, or refused with a Retry-After in nanoseconds. */
  final long ask(long permits, double now) {
    if (course.dark(now)) {
      return tellsBlackout ? nanos(course.darkUntil() - now) : REFUSED;
    }
    return decide(permits, course.limitAt(now), now);
  }

  abstract long decide(long permits, double limit, double now);

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  private static final class Bucket extends Provider {
    private final long largest;
    private double level = Double.MAX_VALUE;
    private double filledAt;

    Bucket(Course course, boolean tellsBlackout, long largest) {
      super(course, tellsBlackout);
      this.largest = largest;
    }

    @Override
    long decide(long permits, double limit, double now) {
      level = Math.min(Math.max(limit, largest), level + limit * (now - filledAt));
      filledAt = now;
      if (level < permits) {
        return REFUSED;
      }
      level -= permits;
      return ACCEPTED;
    }
  }

  private static final class Fixed extends Provider {
    private double ends;
    private double taken;

    Fixed(Course course, boolean tellsBlackout) {
      super(course, tellsBlackout);
    }

    @Override
    long decide(long permits, double limit, double now) {
      if (now >= ends) {
        ends = (Math.floor(now / WINDOW_SECONDS) + 1) * WINDOW_SECONDS;
        taken = 0;
      }
      if (taken + permits > limit * WINDOW_SECONDS + 1e-6) {
        return nanos(ends - now);
      }
      taken += permits;
      return ACCEPTED;
    }
  }

  /** Counts in slots of a six-hundredth of the window, so that memory does not grow with rates. */
  private static final class Sliding extends Provider {
    private static final int SLOTS = 600;
    private final double[] taken = new double[SLOTS];
    private double sum;
    private long slot;

    Sliding(Course course, boolean tellsBlackout) {
      super(course, tellsBlackout);
    }

    @Override
    long decide(long permits, double limit, double now) {
      long at = (long) (now * (SLOTS / WINDOW_SECONDS));
      for (; slot < at; slot++) {
        int leaving = (int) ((slot + 1) % SLOTS);
        sum -= taken[leaving];
        taken[leaving] = 0;
      }
      if (sum + permits > limit * WINDOW_SECONDS + 1e-6) {
        return REFUSED;
      }
      sum += permits;
      taken[(int) (at % SLOTS)] += permits;
      return ACCEPTED;
    }
  }
}
