package io.sluice.engine.model;

/** An argument outside its bounds. The message names the field, the bound and the value. */
public final class InvalidArgumentException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;
  private final String problem;

  /**
   * Creates the exception.
   *
   * @param field the field, by the name that users write
   * @param problem the rest of the sentence: "must be in [1, 16] but was 0"
   */
  public InvalidArgumentException(String field, String problem) {
    super(field + " " + problem);
    this.field = field;
    this.problem = problem;
  }

  /** Returns the field, by the name that users write. */
  public String field() {
    return field;
  }

  /** Returns the rest of the sentence. */
  public String problem() {
    return problem;
  }

  /** Returns the same problem of a field within another. */
  public InvalidArgumentException within(String outer) {
    return new InvalidArgumentException(outer + "." + field, problem);
  }
}
