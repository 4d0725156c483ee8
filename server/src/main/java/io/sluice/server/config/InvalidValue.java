package io.sluice.server.config;

import org.jspecify.annotations.Nullable;

/** A value that cannot be what its key needs. The message is the rest of "KEY: …". */
final class InvalidValue extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Source source;

  InvalidValue(String problem) {
    this(null, problem);
  }

  InvalidValue(@Nullable Source source, String problem) {
    super(problem, null, false, false);
    this.source = source;
  }

  /** The refusal of a value, with what it must be and what it was. */
  static InvalidValue butWas(String must, String text) {
    return new InvalidValue("must be " + must + " but was " + Quoted.of(text));
  }

  /** Returns the place inside the value, or the place of the value. */
  Source sourceOr(Source outer) {
    return source == null ? outer : source;
  }

  /** Returns the rest of the sentence. */
  String problem() {
    return String.valueOf(getMessage());
  }
}
