package io.sluice.server.config;

/**
 * What the value of a key may be.
 *
 * @param <T> what it is read as
 * @param unit its unit or form, as the reference page names it: {@code duration}, {@code bytes}
 * @param bound its bounds, as the reference page tells them: {@code 1s..24h}; empty = none
 * @param form how it is written
 * @param reader turns what is written into the value
 */
record Type<T>(String unit, String bound, Form form, Reader<T> reader) {
  /** How a value is written. */
  enum Form {
    /** As one text. */
    SCALAR,
    /** As a list or a mapping. */
    COLLECTION,
    /** As either. */
    ANY
  }

  /** Turns a tree into a value. */
  interface Reader<T> {
    T read(Tree tree) throws InvalidValue;
  }

  /** Turns a text into a value. */
  interface Parser<T> {
    T parse(String text) throws InvalidValue;
  }

  /** A type that is written as one text; {@code what} completes "must be …". */
  static <T> Type<T> scalar(String unit, String bound, String what, Parser<T> parser) {
    return new Type<>(
        unit,
        bound,
        Form.SCALAR,
        tree -> {
          if (tree instanceof Tree.Scalar scalar) {
            return parser.parse(scalar.text());
          }
          String shape = tree instanceof Tree.Sequence ? "a list" : "a mapping";
          throw new InvalidValue("must be " + what + " but was " + shape);
        });
  }

  /**
   * Reads a value.
   *
   * @throws InvalidValue if it is none of this type
   */
  T read(Tree tree) throws InvalidValue {
    return reader.read(tree);
  }
}
