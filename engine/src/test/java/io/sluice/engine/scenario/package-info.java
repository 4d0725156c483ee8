/**
 * Loads that a reader wants to see the outcome of, in virtual time: each file of {@code
 * src/test/scenarios} is one, with what it claims. {@code engine/run report} runs them all and
 * writes {@code docs/simulation.md}; the tests hold the claims and the report true.
 */
package io.sluice.engine.scenario;
