package io.sluice.engine.admission;

/**
 * What goes before one that comes to a queue, as far as can be foreseen.
 *
 * @param waiters how many
 * @param permits what they ask for
 */
record Ahead(long waiters, long permits) {
  static final Ahead NONE = new Ahead(0, 0);

  Ahead plus(Ahead more) {
    return new Ahead(waiters + more.waiters, permits + more.permits);
  }

  Ahead times(double factor) {
    return new Ahead(Math.round(waiters * factor), Math.round(permits * factor));
  }
}
