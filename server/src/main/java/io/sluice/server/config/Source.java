package io.sluice.server.config;

import java.util.Comparator;

/**
 * Where a value comes from.
 *
 * @param layer the layer of the configuration
 * @param name the file, the environment variable or the flag
 * @param line the line in the file, from 1; 0 outside a file
 * @param column the column in the file, from 1; 0 outside a file
 * @param note what else had a part in it, such as {@code profile prod}; empty = nothing
 */
record Source(Layer layer, String name, int line, int column, String note) {
  /** The layers, each over the one before; problems are told in this order. */
  enum Layer {
    FILE,
    ENVIRONMENT,
    FLAG,
    DEFAULT
  }

  static final Source DEFAULT = new Source(Layer.DEFAULT, "default", 0, 0, "");

  static final Comparator<Source> BY_POSITION =
      Comparator.comparing(Source::layer)
          .thenComparingInt(Source::line)
          .thenComparingInt(Source::column)
          .thenComparing(Source::name);

  static Source file(String name, int line, int column) {
    return new Source(Layer.FILE, name, line, column, "");
  }

  static Source environment(String variable) {
    return new Source(Layer.ENVIRONMENT, variable, 0, 0, "");
  }

  static Source flag(String name) {
    return new Source(Layer.FLAG, name, 0, 0, "");
  }

  /** The same source, with one more note. */
  Source noting(String more) {
    return new Source(layer, name, line, column, note.isEmpty() ? more : note + ", " + more);
  }

  /** Where to look for a problem: {@code sluice.yaml:12:5}, a variable, or a flag. */
  String location() {
    return layer == Layer.FILE ? name + ":" + line + ":" + column : name;
  }

  /** Where a value in force is from: {@code sluice.yaml:12}, {@code env NAME}, {@code --set}. */
  @Override
  public String toString() {
    String text =
        switch (layer) {
          case FILE -> name + ":" + line;
          case ENVIRONMENT -> "env " + name;
          case FLAG, DEFAULT -> name;
        };
    return note.isEmpty() ? text : text + " (" + note + ")";
  }
}
