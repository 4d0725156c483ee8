package io.sluice.engine.invariant;

/** An invariant that does not hold. The message names it, what was seen, and where. */
public final class InvariantViolation extends AssertionError {
  private static final long serialVersionUID = 1L;

  InvariantViolation(Invariant invariant, Where where, String seen) {
    super(invariant + " is broken: " + seen + "; " + where.text());
  }
}
