package io.sluice.engine.learning;

import io.sluice.engine.breaker.Breaker;
import io.sluice.engine.store.Charge;

/**
 * Work of one bucket that is under way.
 *
 * @param learner of the bucket
 * @param charge what it takes
 * @param ticket of the breaker; {@link Breaker#REFUSED} = none
 * @param atNanos when it began
 */
record Work(Learner learner, Charge charge, long ticket, long atNanos) {}
