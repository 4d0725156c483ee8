package io.sluice.benchmarks.lab.seats;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a limiter shall reach. */
enum Band {
  OVERLOAD("B") {
    @Override
    double excess(Marks marks) {
      return marks.overload() - (marks.contended() ? 0.86 : 0.94);
    }

    @Override
    String shown(Marks marks) {
      return share(marks.overload());
    }
  },
  NO_DRIFT("I-27") {
    @Override
    double excess(Marks marks) {
      return Math.min(2 - marks.highest(), 1.1 - marks.drift());
    }

    @Override
    String shown(Marks marks) {
      return share(marks.highest()) + " with a drift of " + share(marks.drift());
    }
  },
  SLOWNESS("p99") {
    @Override
    double excess(Marks marks) {
      return 1.2 - marks.slowness();
    }

    @Override
    String shown(Marks marks) {
      return share(marks.slowness());
    }
  },
  REFUSED("refused") {
    @Override
    double excess(Marks marks) {
      return 0.002 - marks.refused();
    }

    @Override
    String shown(Marks marks) {
      return percent(marks.refused());
    }
  },
  SLOWER("D") {
    @Override
    double excess(Marks marks) {
      return marks.slower() - 0.94;
    }

    @Override
    String shown(Marks marks) {
      return share(marks.slower());
    }
  },
  SLOWER_OVERLOAD("E") {
    @Override
    double excess(Marks marks) {
      return marks.slowerOverload() - 0.86;
    }

    @Override
    String shown(Marks marks) {
      return share(marks.slowerOverload());
    }
  };

  /** Those of the service as it was. */
  static final List<Band> BEFORE = List.of(OVERLOAD, NO_DRIFT, SLOWNESS, REFUSED);

  /** Those of the service once it is twice as slow and twice as wide. */
  static final List<Band> AFTER = List.of(SLOWER, SLOWER_OVERLOAD);

  private final String label;

  Band(String label) {
    this.label = label;
  }

  /** Returns by how much the bound is more than kept; below 0 = missed. */
  abstract double excess(Marks marks);

  /** Returns what was reached. */
  abstract String shown(Marks marks);

  String label() {
    return label;
  }

  boolean missed(Marks marks) {
    return excess(marks) < 0;
  }

  static List<Band> missedBy(Marks marks) {
    return Arrays.stream(values()).filter(band -> band.missed(marks)).toList();
  }

  static String share(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * value);
  }
}
