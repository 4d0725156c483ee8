package io.sluice.engine.scenario;

import java.util.Locale;

/** How a figure is written, in files and in the report. */
enum Unit {
  /** A whole number. */
  COUNT {
    @Override
    double read(Fields fields, String key) {
      return fields.number(key, fields.text(key));
    }

    @Override
    String written(double value) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
  },
  PER_SECOND {
    @Override
    double read(Fields fields, String key) {
      return fields.perSecond(key, fields.text(key));
    }

    @Override
    String written(double value) {
      return String.format(Locale.ROOT, "%.2f/s", value);
    }
  },
  SECONDS {
    @Override
    double read(Fields fields, String key) {
      return fields.duration(key) / 1e9;
    }

    @Override
    String written(double value) {
      return value < 1
          ? String.format(Locale.ROOT, "%.0f ms", value * 1000)
          : String.format(Locale.ROOT, "%.2f s", value);
    }
  },
  PERCENT {
    @Override
    double read(Fields fields, String key) {
      String text = fields.text(key);
      if (!text.endsWith("%")) {
        throw fields.wrong(key, "must be a percentage such as 2.5%");
      }
      return fields.number(key, text.substring(0, text.length() - 1)) / 100;
    }

    @Override
    String written(double value) {
      return String.format(Locale.ROOT, "%.1f %%", value * 100);
    }
  };

  /** Reads a bound of a claim. */
  abstract double read(Fields fields, String key);

  abstract String written(double value);
}
