package io.sluice.engine.invariant;

/** Says where in a run something happened: the seed, the event, how to see it again. */
@FunctionalInterface
public interface Where {
  String text();
}
