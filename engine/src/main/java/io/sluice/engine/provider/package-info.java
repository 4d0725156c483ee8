/**
 * What providers say in the headers of their answers: when to come back, and how much is left until
 * when. Text comes from the network: whatever it is, reading it never throws, takes bounded time,
 * and gives a value within bounds or says that there is none.
 */
@NullMarked
package io.sluice.engine.provider;

import org.jspecify.annotations.NullMarked;
